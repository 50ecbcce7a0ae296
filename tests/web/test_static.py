"""The built front end as the service sends it, and in the wheel."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx2
import pytest

from tests.running import Service

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "src/recado/web/static"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


def ask(service: Service, path: str, **headers: str) -> httpx2.Response:
    return httpx2.get(service.base_url + path, headers=headers, trust_env=False)


@pytest.mark.parametrize("path", ["/app/", "/app/today", "/app/invite", "/app/reset", "/app/list/x"])
def test_every_address_below_app_is_the_page(embedded: Service, path: str) -> None:
    answer = ask(embedded, path)
    assert answer.status_code == 200
    assert answer.content == (BUILT / "index.html").read_bytes()
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")


def test_the_contract_can_be_read_and_tried_at_docs(embedded: Service) -> None:
    answer = ask(embedded, "/docs")
    assert answer.content == (BUILT / "docs.html").read_bytes()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    for asset in re.findall(r'"(/app/assets/[^"]+)"', answer.text):
        assert ask(embedded, asset).status_code == 200


def test_the_root_is_the_page_for_browsers_and_a_few_lines_for_programs(embedded: Service) -> None:
    assert ask(embedded, "/", **BROWSER).headers["content-type"].startswith("text/html")
    program = ask(embedded, "/", Accept="*/*")
    assert program.headers["content-type"].startswith("text/plain")
    assert "Accept" in program.headers["vary"]


def test_without_the_built_files_the_page_says_what_is_missing_and_the_rest_works(tmp_path: Path) -> None:
    code = tmp_path / "code"
    shutil.copytree(ROOT / "src/recado", code / "recado", ignore=shutil.ignore_patterns("static", "__pycache__"))
    service = Service(tmp_path, {"PYTHONPATH": str(code)}).start()
    try:
        for path in ("/", "/app/today"):
            answer = ask(service, path, **BROWSER)
            assert (answer.status_code, "make web" in answer.text) == (503, True)
        assert ask(service, "/openapi.json").status_code == 200
        assert ask(service, "/", Accept="*/*").status_code == 200
    finally:
        service.stop()


def test_every_built_file_is_sent_as_it_is_with_its_type(embedded: Service) -> None:
    paths = [path for path in BUILT.rglob("*") if path.is_file()]
    assert len(paths) > 10
    for path in paths:
        name = path.relative_to(BUILT).as_posix()
        answer = ask(embedded, f"/app/{name}")
        assert answer.content == path.read_bytes()
        forever = name.startswith("assets/")
        assert ("immutable" in answer.headers["cache-control"]) == forever
        if name.endswith(".js"):
            assert answer.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("name", ["nothing.js", "", "../index.html", "%2e%2e/index.html", "..%2f..%2f..%2fsettings.py"])
def test_below_assets_only_built_files_are_found(embedded: Service, name: str) -> None:
    with socket.create_connection(("127.0.0.1", embedded.port)) as wire:  # a client library would tidy the path up
        wire.sendall(f"GET /app/assets/{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        status = wire.makefile("rb").readline()
    assert status.split()[1] == b"404"


def test_nothing_beside_the_folder_is_sent(embedded: Service) -> None:
    assert ask(embedded, "/app/%2e%2e/%2e%2e/settings.py").content == (BUILT / "index.html").read_bytes()


def test_what_one_has_already_is_not_sent_again(embedded: Service) -> None:
    tag = ask(embedded, "/app/today").headers["etag"]
    answer = ask(embedded, "/app/today", **{"If-None-Match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_the_service_worker_may_look_after_the_whole_site_and_is_never_kept(embedded: Service) -> None:
    answer = ask(embedded, "/app/sw.js")
    assert answer.headers["service-worker-allowed"] == "/"
    assert answer.headers["cache-control"] == "no-cache"


def test_files_are_compressed_for_those_who_take_it(embedded: Service) -> None:
    name = re.search(r"/app/(assets/[^\"]+\.js)", (BUILT / "index.html").read_text("utf-8"))
    assert name
    with httpx2.stream(
        "GET", f"{embedded.base_url}/app/{name[1]}", headers={"Accept-Encoding": "gzip"}, trust_env=False
    ) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == (BUILT / name[1]).read_bytes()


def test_the_wheel_carries_the_built_files(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path, ROOT],
        check=True,
        capture_output=True,
    )
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    expected = {
        f"recado/web/static/{path.relative_to(BUILT).as_posix()}" for path in BUILT.rglob("*") if path.is_file()
    }
    assert expected <= set(names)
