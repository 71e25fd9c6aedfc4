"""What a user reads, one catalogue per language: `en/` and `zh/` hold the same files and keys, `{count}` filled in."""

from thalweg.messages.catalogue import LANGUAGES, Catalogue, Message, catalogue

__all__ = ["LANGUAGES", "Catalogue", "Message", "catalogue"]
