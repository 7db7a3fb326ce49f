"""Which tables of our own are there: none in the database of a Paymenter alone."""

from django.db import connection
from django.db.models import Model


def is_there(*models: type[Model]) -> bool:
    return {model._meta.db_table for model in models} <= set(connection.introspection.table_names())
