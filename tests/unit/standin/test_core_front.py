# SPDX-License-Identifier: GPL-3.0-or-later
"""How a request is told apart before moto sees it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from tests.standin.front import Answer, identify

SCOPE = "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


def environment(service: str, body: bytes = b"", content_type: str = "", **more: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": SCOPE.format(service),
        "wsgi.input": io.BytesIO(body),
        **more,
    }


def test_query_services_name_the_operation_in_the_body_which_stays_readable() -> None:
    body = b"Action=DescribeEvents&Version=2015-02-02&MaxRecords=20"
    environ = environment("elasticache", body, "application/x-www-form-urlencoded; charset=utf-8")
    identity = identify(environ)
    assert (identity.service, identity.operation) == ("elasticache", "DescribeEvents")
    assert identity.parameters["MaxRecords"] == "20"
    assert environ["wsgi.input"].read() == body


def test_json_services_name_it_in_a_header() -> None:
    body = json.dumps({"SecretId": "a"}).encode()
    environ = environment(
        "secretsmanager", body, "application/x-amz-json-1.1", HTTP_X_AMZ_TARGET="secretsmanager.GetSecretValue"
    )
    identity = identify(environ)
    assert (identity.service, identity.operation) == ("secretsmanager", "GetSecretValue")
    assert identity.parameters == {"SecretId": "a"}


def test_rest_services_are_named_by_method_and_path() -> None:
    identity = identify(environment("s3", REQUEST_METHOD="PUT", PATH_INFO="/bucket/key"))
    assert (identity.service, identity.operation) == ("s3", "PUT /bucket/key")


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        ("200 OK", b"", "ok"),
        ("400 Bad", b"<ErrorResponse><Error><Code>UserNotFound</Code></Error></ErrorResponse>", "UserNotFound"),
        ("400 Bad", b'{"__type": "com.amazonaws.x#ResourceNotFoundException"}', "ResourceNotFoundException"),
        ("404 Not Found", b"", "HTTP 404"),
    ],
)
def test_outcomes_are_read_from_answers(status: str, body: bytes, outcome: str) -> None:
    assert Answer(status, [], body).outcome == outcome
