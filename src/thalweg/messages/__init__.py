"""What a user reads, one catalogue per language: `en.toml` and `zh.toml` hold the same keys."""

from thalweg.messages.catalogue import LANGUAGES, Catalogue, Message, catalogue

__all__ = ["LANGUAGES", "Catalogue", "Message", "catalogue"]
