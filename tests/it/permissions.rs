//! `preflight permissions`: the printed policy holds where it is meant for.

use crate::cli::{assert_run, preflight};

#[test]
fn permissions_are_of_one_partition_and_of_names_that_there_can_be() {
    for (args, partition) in [
        (&["--reader", "arn:aws-us-gov:iam::111122223333:user/x"][..], "aws-us-gov"),
        (&["--partition", "aws-cn", "--linked-role", "teams/Costs"], "aws-cn"),
        (&["--bucket", "acme-billing"], "aws"),
    ] {
        for form in ["json", "terraform", "cloudformation"] {
            let run = assert_run(preflight(&["permissions", "--as", form]).args(args), 0);
            let all = run.out.matches("arn:").count();
            assert!(all > 3 && run.out.matches(&format!("arn:{partition}:")).count() == all, "{}", run.out);
        }
    }
    let cn = assert_run(&mut preflight(&["permissions", "--partition", "aws-cn"]), 0);
    assert!(cn.out.contains("bcm-data-exports:cn-northwest-1:"), "{}", cn.out);
    for args in [
        &["--bucket", "bad bucket"][..],
        &["--bucket", "ab"],
        &["--linked-role", "bad/role name!"],
        &["--linked-role", ""],
        &["--reader", "foo"],
        &["--reader", "arn:aws:iam::111122223333:group/x"],
        &["--reader", "s3.amazonaws.com"],
        &["--partition", "aws-moon"],
        &["--partition", "aws-cn", "--reader", "arn:aws:iam::111122223333:user/x"],
    ] {
        let run = assert_run(preflight(&["permissions"]).args(args), 2);
        assert!(run.out.is_empty() && run.err.contains("error"), "{}", run.err);
    }
}
