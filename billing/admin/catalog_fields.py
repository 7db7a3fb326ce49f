"""Texts and columns that the pages of the catalogue share."""

SLUG = "The end of the address in the shop. Left empty it is made of the name."
DESCRIPTION = "Shown in the shop. HTML is allowed."
ORDER = "Small numbers come first (0 to 255)."
HIDDEN = "Not listed in the shop; who knows the address can still order it."
IMAGE = "PNG, JPEG, WebP or GIF, at most 2 MB."
