"""MiniStack with what it lacks of AWS billing: bcm-data-exports, answered from what the tests put in.

A service of its own is registered from outside, so that MiniStack's own check of permissions runs before it.
"""
import json
import re
import uuid
from datetime import datetime, timedelta, timezone

from ministack import app
from ministack.core import iam_actions, router

SERVICE = "bcm-data-exports"
TARGET = "AWSBillingAndCostManagementDataExports"
exports = {}


def answer(status, body):
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()


def ago(**span):
    """A moment before now, as AWS writes it: the tests ask without `--now`, and a delivery of long ago is a fault."""
    return (datetime.now(timezone.utc) - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def handle(method, path, headers, body, query_params):
    target = {name.lower(): value for name, value in headers.items()}.get("x-amz-target", "")
    operation = target.rsplit(".", 1)[-1]
    given = json.loads(body or b"{}")
    if operation == "CreateExport":
        export = given["Export"]
        if not re.fullmatch(r"[0-9A-Za-z\-_]{1,128}", export["Name"]):
            return answer(400, {"__type": "ValidationException", "Message": "Name"})
        arn = "arn:aws:bcm-data-exports:us-east-1:111122223333:export/%s-%s" % (export["Name"], uuid.uuid4())
        exports[arn] = dict(export, ExportArn=arn)
        return answer(200, {"ExportArn": arn})
    status = {"StatusCode": "HEALTHY", "CreatedAt": ago(days=22), "LastUpdatedAt": ago(days=3), "LastRefreshedAt": ago(hours=9)}
    if operation == "ListExports":
        listed = [{"ExportArn": a, "ExportName": e["Name"], "ExportStatus": status} for a, e in exports.items()]
        return answer(200, {"Exports": listed})
    export = exports.get(given.get("ExportArn"))
    if operation in ("GetExport", "ListExecutions") and export is None:
        return answer(400, {"__type": "ResourceNotFoundException", "Message": "no such export"})
    if operation == "GetExport":
        return answer(200, {"Export": export, "ExportStatus": status})
    if operation == "ListExecutions":
        run = {"StatusCode": "DELIVERY_SUCCESS", "CreatedAt": ago(hours=9, minutes=10), "CompletedAt": ago(hours=9)}
        return answer(200, {"Executions": [{"ExecutionId": "e1", "ExecutionStatus": run}]})
    return answer(400, {"__type": "ValidationException", "Message": "unknown operation " + operation})


class Module:
    handle_request = staticmethod(handle)

    @staticmethod
    def reset():
        exports.clear()


app.SERVICE_HANDLERS[SERVICE] = handle
router.SERVICE_PATTERNS[SERVICE] = {
    "host_patterns": [r"bcm-data-exports\."],
    "target_prefixes": [TARGET],
    "credential_scope": SERVICE,
}
iam_actions.SERVICE_TO_IAM_NAMESPACE[SERVICE] = SERVICE

# AWS decides these two on the export, as the Service Authorization Reference says; MiniStack decides what it does not know on `*`.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbillingandcostmanagementdataexports.html (checked 2026-11)
of_others = iam_actions.extract_resource_arn


def resource(service, method, path, headers, body, *rest):
    if service != SERVICE:
        return of_others(service, method, path, headers, body, *rest)
    target = {name.lower(): value for name, value in headers.items()}.get("x-amz-target", "")
    if target.rsplit(".", 1)[-1] not in ("GetExport", "ListExecutions"):
        return "*"
    return json.loads(body or b"{}").get("ExportArn", "*")


iam_actions.extract_resource_arn = resource

if __name__ == "__main__":
    app.main()
