"""Puts policy situations into MiniStack, and makes the reader's calls with the reader's own key.

Reads situations from standard input, prints for each the key of its reader and what was really allowed.
"""
import json
import sys

import botocore.exceptions
import botocore.session

url, root_key, root_secret = sys.argv[1:4]
session = botocore.session.get_session()


def client(service, key=root_key, secret=root_secret):
    config = botocore.config.Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})
    return session.create_client(
        service, region_name="us-east-1", endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret, config=config
    )


def allowed(call):
    try:
        call()
        return True
    except botocore.exceptions.ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("AccessDenied", "AccessDeniedException", "403", "Forbidden"):
            return False
        raise


s3, iam, exports = client("s3"), client("iam"), client("bcm-data-exports")
keys = ["reports/acme-cur2/data/BILLING_PERIOD=2026-11/acme-cur2-00001.csv.gz", "reports/acme-cur2/metadata/BILLING_PERIOD=2026-11/acme-cur2-Manifest.json"]
situations = json.load(sys.stdin)
first = situations[0]
exports.create_export(Export={
    "Name": "acme-cur2",
    "DataQuery": first.get("query", {"QueryStatement": "SELECT * FROM COST_AND_USAGE_REPORT"}),
    "DestinationConfigurations": {"S3Destination": {
        "S3Bucket": first.get("bucket-name", "acme-billing-0"), "S3Prefix": "reports", "S3Region": "us-east-1",
        "S3OutputConfigurations": {"OutputType": "CUSTOM", "Format": "TEXT_OR_CSV", "Compression": "GZIP", "Overwrite": "OVERWRITE_REPORT"},
    }},
    "RefreshCadence": {"Frequency": "SYNCHRONOUS"},
})
results = {}
for number, situation in enumerate(situations):
    user, bucket = situation.get("user-name", "reader-%d" % number), situation.get("bucket-name", "acme-billing-%d" % number)
    fill = lambda policy: json.dumps(policy).replace("BUCKET", bucket).replace("USER", user)
    s3.create_bucket(Bucket=bucket)
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    boundary = {}
    if "boundary" in situation:
        made = iam.create_policy(PolicyName="boundary-%d" % number, PolicyDocument=fill(situation["boundary"]))
        boundary = {"PermissionsBoundary": made["Policy"]["Arn"]}
    iam.create_user(UserName=user, **boundary)
    for at, policy in enumerate(situation.get("inline", [])):
        iam.put_user_policy(UserName=user, PolicyName="inline-%d" % at, PolicyDocument=fill(policy))
    for at, policy in enumerate(situation.get("managed", [])):
        made = iam.create_policy(PolicyName="managed-%d-%d" % (number, at), PolicyDocument=fill(policy))
        iam.attach_user_policy(UserName=user, PolicyArn=made["Policy"]["Arn"])
    for at, policy in enumerate(situation.get("group", [])):
        group = "group-%d-%d" % (number, at)
        iam.create_group(GroupName=group)
        iam.put_group_policy(GroupName=group, PolicyName="of-group", PolicyDocument=fill(policy))
        iam.add_user_to_group(GroupName=group, UserName=user)
    if "bucket" in situation:
        s3.put_bucket_policy(Bucket=bucket, Policy=fill(situation["bucket"]))
    key = iam.create_access_key(UserName=user)["AccessKey"]
    mine, own = client("s3", key["AccessKeyId"], key["SecretAccessKey"]), (key["AccessKeyId"], key["SecretAccessKey"])
    results[situation["name"]] = {
        "user": user,
        "bucket": bucket,
        "key": own[0],
        "secret": own[1],
        "reader.bucket-location": allowed(lambda: mine.get_bucket_location(Bucket=bucket)),
        "reader.list-bucket": allowed(lambda: mine.list_objects_v2(Bucket=bucket, Prefix="reports/acme-cur2/", Delimiter="/")),
        "reader.get-object": all(allowed(lambda k=k: mine.get_object(Bucket=bucket, Key=k)) for k in keys),
        "reader.list-exports": allowed(lambda: client("bcm-data-exports", *own).list_exports()),
    }
print(json.dumps(results))
