# A report's bucket in the style of most modules: a data source, names from variables.
variable "bucket_name" {
  type = string
}

variable "extra_writers" {
  type    = list(string)
  default = []
}

locals {
  services = ["billingreports.amazonaws.com", "bcm-data-exports.amazonaws.com"]
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "aws_s3_bucket" "billing" {
  bucket = var.bucket_name
}

data "aws_iam_policy_document" "base" {
  statement {
    sid       = "Tls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.billing.arn, "${aws_s3_bucket.billing.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "billing" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]

  statement {
    sid       = "Look"
    actions   = ["s3:GetBucketAcl", "s3:GetBucketPolicy"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket_name}"]
    principals {
      type        = "Service"
      identifiers = local.services
    }
  }

  dynamic "statement" {
    for_each = toset(local.services)
    content {
      actions   = ["s3:PutObjekt"]
      resources = ["${aws_s3_bucket.billing.arn}/*"]
      principals {
        type        = "Service"
        identifiers = [statement.value]
      }
      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [data.aws_caller_identity.current.account_id]
      }
    }
  }
}

resource "aws_s3_bucket_policy" "billing" {
  bucket = aws_s3_bucket.billing.id
  policy = data.aws_iam_policy_document.billing.json
}

resource "aws_iam_policy" "elsewhere" {
  name   = "elsewhere"
  policy = module.policies.reader
}
