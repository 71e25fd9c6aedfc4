"""Sentences for users, in English and Chinese: a module makes a `Message`, whoever shows it asks a `Catalogue`."""

from thalweg.messages.catalogue import LANGUAGES, Argument, Catalogue, Message, Sentences, Whole, catalogue

__all__ = ["LANGUAGES", "Argument", "Catalogue", "Message", "Sentences", "Whole", "catalogue"]
