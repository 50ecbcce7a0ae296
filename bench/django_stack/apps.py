"""The app's name."""

from django.apps import AppConfig


class Stack(AppConfig):
    """One table: to-dos."""

    name = "bench.django_stack"
    label = "stack"
