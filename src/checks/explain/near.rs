//! How far two texts are apart, and whether a text is one that somebody forgot to fill in.

use crate::policy::Text;

/// Insertions, deletions, substitutions and swaps of neighbours that lead from one text to the other, without regard to
/// case; gives up above `most`.
pub(in crate::checks) fn distance(left: &str, right: &str, most: usize) -> Option<usize> {
    let left: Vec<char> = left.to_lowercase().chars().collect();
    let right: Vec<char> = right.to_lowercase().chars().collect();
    if left.len().abs_diff(right.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, have) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, want) in right.iter().enumerate() {
            let at = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
            let mut best = at(&last, column) + usize::from(have != want);
            best = best.min(at(&last, column + 1) + 1).min(at(&line, column) + 1);
            let swapped = row > 0
                && column > 0
                && left.get(row - 1) == Some(want)
                && right.get(column - 1) == Some(have);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut last, line);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

/// Slips (letters too many, too few or wrong, neighbours swapped) that lead from an action pattern to one that matches the
/// text, without regard to the case of ASCII letters; gives up above `most`. A `*` stands for any text, a `?` for any character.
pub(super) fn pattern_distance(pattern: &str, text: &str, most: usize) -> Option<usize> {
    let pattern: Vec<char> = pattern.chars().map(|c| c.to_ascii_lowercase()).collect();
    let text: Vec<char> = text.chars().map(|c| c.to_ascii_lowercase()).collect();
    let cell = |line: &[usize], at: usize| line.get(at).copied().unwrap_or(usize::MAX / 2);
    let least = |line: &[usize]| line.iter().copied().min().unwrap_or(0);
    let (mut before, mut line): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut last: Vec<usize> = (0..=text.len()).collect();
    for (row, have) in pattern.iter().enumerate() {
        let is_star = *have == '*';
        // A star costs nothing; any other character that stands for nothing is one too many.
        line.clear();
        line.push(cell(&last, 0) + usize::from(!is_star));
        for (column, want) in text.iter().enumerate() {
            let mut best = cell(&last, column + 1) + usize::from(!is_star);
            if is_star {
                best = best.min(cell(&line, column));
            } else {
                best = best.min(cell(&line, column) + 1);
                best = best.min(cell(&last, column) + usize::from(have != want && *have != '?'));
                let swapped = row > 0
                    && column > 0
                    && pattern.get(row - 1) == Some(want)
                    && text.get(column - 1) == Some(have);
                if swapped {
                    best = best.min(cell(&before, column - 1) + 1);
                }
            }
            line.push(best);
        }
        // Every way leads through one of the two last rows, and none becomes cheaper.
        if least(&line) > most && least(&last) > most {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut line);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

/// The unreplaced placeholder in a text of a policy. What a deployment fills in is none, whatever it is shown as.
pub(in crate::checks) fn placeholder_in(text: &Text) -> Option<std::ops::Range<usize>> {
    if text.is_whole() { placeholder(&text.value) } else { None }
}

/// The unreplaced placeholder in a text, if there is one: `<bucket_name>`, `{bucket-name}`, `${AccountId}`, `YOUR-BUCKET`,
/// with curly or plain brackets. Policy variables of AWS (`${aws:…}`, `${s3:…}`) are none.
#[must_use]
pub fn placeholder(text: &str) -> Option<std::ops::Range<usize>> {
    let bracketed = |open: &str, close: &str| {
        let start = text.find(open)?;
        let behind = text.get(start + open.len()..)?;
        let end = behind.find(close)?;
        let inside = behind.get(..end)?;
        let wordy = !inside.is_empty() && inside.chars().any(char::is_alphabetic);
        (wordy && !inside.contains(':')).then(|| start..start + open.len() + end + close.len())
    };
    let pairs = [("<", ">"), ("${{", "}}"), ("${", "}"), ("{{", "}}"), ("{", "}")];
    pairs.into_iter().find_map(|(open, close)| bracketed(open, close)).or_else(|| {
        let upper = text.to_ascii_uppercase();
        let start = ["YOUR-", "YOUR_", "REPLACE_", "REPLACE-", "EXAMPLE-BUCKET"]
            .iter()
            .find_map(|word| upper.find(word))?;
        let shouted = text.get(start..start + 4)?.chars().all(|c| c.is_ascii_uppercase());
        let is_shouted = |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        let before = text.get(..start)?.chars().rev().take_while(is_shouted).count();
        let behind = text.get(start..)?.chars().take_while(is_shouted).count();
        shouted.then_some(start - before..start + behind)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_and_placeholders() {
        assert_eq!(distance("s3:GetObject", "s3:GetObjects", 2), Some(1));
        assert_eq!(distance("billingreport.amazonaws.com", "billingreports.amazonaws.com", 3), Some(1));
        assert_eq!(distance("ab", "ba", 2), Some(1));
        assert_eq!(distance("abc", "xyz", 2), None);
        for (pattern, slips) in [
            ("s3:*", Some(0)),
            ("s3:Get?bject", Some(0)),
            ("s:*", Some(1)),
            ("ss3:*", Some(1)),
            ("s3*:", Some(1)),
            ("3s:*", Some(1)),
            ("s3;*", Some(1)),
            ("s3:Get Object", Some(1)),
            ("s3:Gte*", Some(1)),
            ("s3:List*", None),
            ("ec2:*", None),
        ] {
            assert_eq!(pattern_distance(pattern, "s3:GetObject", 2), slips, "{pattern}");
        }
        assert_eq!(placeholder("arn:aws:s3:::<bucketname>/*"), Some(13..25));
        assert_eq!(placeholder("${AccountId}"), Some(0..12));
        assert_eq!(placeholder("arn:aws:s3:::b/${aws:username}/*"), None);
        assert_eq!(placeholder("arn:aws:s3:::your-data"), None);
        assert_eq!(placeholder("a<b"), None);
    }
}
