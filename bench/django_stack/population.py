"""Fills Django's store and opens sessions there: `python -m bench.django_stack.population`."""

from __future__ import annotations

import argparse
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.django_stack.settings")
django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402 - Django has to be set up first
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from rest_framework_simplejwt.tokens import RefreshToken  # noqa: E402

from bench.django_stack.models import Todo  # noqa: E402


def fill(users: int, todos: int, password: str) -> None:
    """Create the tables, the people, who share one password hash, and `todos` to-dos of each."""
    call_command("migrate", verbosity=0)
    shared = make_password(password)
    User.objects.bulk_create(User(id=i, username=f"user{i}", password=shared) for i in range(1, users + 1))
    rows = (Todo(user_id=i, title=f"bench {i}") for i in range(1, users + 1) for _ in range(todos))
    Todo.objects.bulk_create(rows, batch_size=5000)


def sessions(users: int, count: int) -> list[dict[str, object]]:
    """Open `count` sessions, spread over the users."""
    opened: list[dict[str, object]] = []
    people = list(User.objects.filter(id__lte=users).order_by("id"))
    for number in range(count):
        user = people[number % users]
        refresh = RefreshToken.for_user(user)
        opened.append({"user_id": user.id, "access": str(refresh.access_token), "refresh": str(refresh)})
    return opened


def main() -> None:
    """Do what the arguments say; sessions are written to standard output as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=["fill", "sessions"])
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--count", type=int, required=True, help="to-dos of each user, or sessions in all")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    if options.task == "fill":
        fill(options.users, options.count, options.password)
    else:
        json.dump(sessions(options.users, options.count), sys.stdout)


if __name__ == "__main__":
    main()
