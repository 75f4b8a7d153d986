"""The one list of features: one name, one folder, one config module, one config field."""

FEATURES = ("giveaways",)
