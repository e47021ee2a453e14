variable "b" { default = "x" }
locals { all = [for s in ["s3:GetObject"] : "${s}*" if s != ""] }
data "aws_iam_policy_document" "d" {
  dynamic "statement" {
    for_each = toset(local.all)
    content {
      actions   = [statement.value]
      resources = ["arn:aws:s3:::${var.b}/%{if true}a%{else}b%{endif}*"]
    }
  }
}
resource "aws_iam_user_policy" "p" {
  count  = var.n ? 1 : 0
  user   = aws_iam_user.u[0].name
  policy = count.index == 0 ? data.aws_iam_policy_document.d.json : file("p.json")
}
resource "aws_s3_bucket_policy" "h" {
  policy = <<-X
    {"Statement":[{"Effect":"Allow","Action":"*","Resource":"${var.b}","Principal":"*"}]}
  X
}
