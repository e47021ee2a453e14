//! An event of CloudTrail, as far as triage asks for it: what else stands in one is passed over unread.
//!
//! <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html> (checked 2026-11)

use super::records::Record;
use super::{Book, Item};
use crate::finding::triage::Facts;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// The members of an event.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Event<'t> {
    #[serde(borrow)]
    event_name: Member<'t>,
    event_source: Member<'t>,
    event_time: Member<'t>,
    #[serde(rename = "eventID")]
    event_id: Member<'t>,
    aws_region: Member<'t>,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: Member<'t>,
    vpc_endpoint_id: Member<'t>,
    recipient_account_id: Member<'t>,
    error_code: Member<'t>,
    error_message: Member<'t>,
    user_identity: Part<Identity<'t>>,
    request_parameters: Part<Parameters<'t>>,
    response_elements: Part<Answer<'t>>,
    resources: Members<'t>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Identity<'t> {
    #[serde(rename = "type", borrow)]
    kind: Member<'t>,
    arn: Member<'t>,
    account_id: Member<'t>,
    invoked_by: Member<'t>,
    session_context: Part<Session<'t>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Session<'t> {
    #[serde(borrow)]
    session_issuer: Part<Issuer<'t>>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Issuer<'t> {
    #[serde(borrow)]
    arn: Member<'t>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Parameters<'t> {
    #[serde(borrow)]
    bucket_name: Member<'t>,
    key: Member<'t>,
    prefix: Member<'t>,
    role_arn: Member<'t>,
    external_id: Member<'t>,
    key_id: Member<'t>,
    encryption_context: Part<Encryption<'t>>,
}

/// What a key is used for: S3 names the bucket, or the object.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html> (checked 2026-11)
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Encryption<'t> {
    #[serde(rename = "aws:s3:arn", borrow)]
    s3_arn: Member<'t>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Answer<'t> {
    #[serde(borrow)]
    error_code: Member<'t>,
    error_message: Member<'t>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Resource<'t> {
    #[serde(rename = "ARN", borrow)]
    upper: Member<'t>,
    arn: Member<'t>,
    account_id: Member<'t>,
}

impl Event<'_> {
    /// Whether it is an event at all.
    pub(super) fn is_one(&self) -> bool {
        self.event_name.is_there && (self.event_source.is_there || self.user_identity.is_there)
    }

    /// What it tells.
    pub(super) fn record(&self, book: &Book) -> Record {
        // Some services put the error into what they answered.
        let answer = &self.response_elements.value;
        let code = self.error_code.text().or(answer.error_code.text());
        let text = self.error_message.text().or(answer.error_message.text());
        if code.is_none() && text.is_none() {
            return Record::Pass;
        }
        let who = &self.user_identity.value;
        let asked = &self.request_parameters.value;
        let mut facts = Facts::default();
        let mut set = |name: &str, value: Option<&str>| facts.set(name, value.unwrap_or_default());
        set("code", code);
        set("operation", self.event_name.text());
        set("service", self.event_source.text());
        set("requested-region", self.aws_region.text());
        set("principal", who.arn.text());
        set("role", who.session_context.value.session_issuer.value.arn.text());
        set("caller-service", who.invoked_by.text());
        let is_address = |text: &&str| text.parse::<std::net::IpAddr>().is_ok();
        set("source-ip", self.source_ip_address.text().filter(is_address));
        set("vpc-endpoint", self.vpc_endpoint_id.text().filter(|text| text.starts_with("vpce-")));
        set("account", who.account_id.text());
        set("recipient", self.recipient_account_id.text());
        set("bucket", asked.bucket_name.text());
        set("key", asked.key.text());
        set("listed", asked.prefix.text());
        set("external-id", asked.external_id.text());
        // By an alias no policy of a key can be asked for.
        set("kms-key", asked.key_id.text().filter(|key| !key.contains("alias/")));
        if let Some((_, place)) =
            asked.encryption_context.value.s3_arn.text().and_then(|arn| arn.split_once(":::"))
        {
            let (bucket, key) = place.split_once('/').unwrap_or((place, ""));
            set("bucket", asked.bucket_name.text().or(Some(bucket)));
            set("key", asked.key.text().or(Some(key)));
        }
        set("type-of-caller", who.kind.text());
        // Whose the bucket is, where the event says so.
        let resources = &self.resources.list;
        set("owner", resources.iter().find_map(|each| each.account_id.text()));
        if who.kind.text() == Some("AWSService") {
            set("principal", who.invoked_by.text());
            set("step", Some("delivery"));
        }
        let arns = || resources.iter().filter_map(|each| each.upper.text().or(each.arn.text()));
        // Of a call about an object the bucket may be listed first, or alone.
        let is_object = |arn: &&str| asked.key.text().is_some_and(|key| arn.ends_with(&format!("/{key}")));
        let whole = arns().next().filter(|arn| asked.key.text().is_none() || !arn.contains(":s3:::"));
        set("resource", arns().find(is_object).or(whole).or(asked.role_arn.text()));
        if let (Some(operation), Some(source)) = (self.event_name.text(), self.event_source.text())
            && let Some(action) = book.action_of(operation, Some(source))
        {
            facts.set("action", &action);
        }
        let origin = [self.event_time.text(), self.event_id.text()];
        let origin = origin.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Record::Item(Box::new(Item {
            text: text.unwrap_or_default().to_owned(),
            facts,
            origin: Some(origin).filter(|origin| !origin.is_empty()),
        }))
    }
}

/// A member that is a text, or a number that is taken for one; anything else says nothing.
#[derive(Debug, Default)]
struct Member<'t> {
    is_there: bool,
    value: Cow<'t, str>,
}

impl Member<'_> {
    fn text(&self) -> Option<&str> {
        Some(&*self.value).filter(|text| !text.is_empty() && *text != "null")
    }
}

impl<'de: 't, 't> Deserialize<'de> for Member<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(Loose::<Cow<'t, str>>::new())?;
        Ok(Self { is_there: true, value })
    }
}

/// A member that is an object; anything else is an empty one.
#[derive(Debug, Default)]
struct Part<T> {
    is_there: bool,
    value: T,
}

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = deserializer.deserialize_any(Loose::<Object<T>>::new())?.0;
        Ok(Self { is_there: true, value })
    }
}

/// The resources of an event.
#[derive(Debug, Default)]
struct Members<'t> {
    list: Vec<Resource<'t>>,
}

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = deserializer.deserialize_any(Loose::<Vec<Part<Resource<'t>>>>::new())?;
        Ok(Self { list: list.into_iter().map(|part| part.value).collect() })
    }
}

/// An object.
#[derive(Debug, Default)]
struct Object<T>(T);

/// What can be made of some kinds of JSON; of the others there is none.
trait Made<'de>: Default {
    fn of_text(_text: Cow<'de, str>) -> Self {
        Self::default()
    }

    fn of_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }

    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::default())
    }
}

impl<'de: 't, 't> Made<'de> for Cow<'t, str> {
    fn of_text(text: Cow<'de, str>) -> Self {
        text
    }
}

impl<'de, T: Deserialize<'de> + Default> Made<'de> for Object<T> {
    fn of_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Made<'de> for Vec<T> {
    fn of_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut out = Self::new();
        while let Some(each) = list.next_element()? {
            out.push(each);
        }
        Ok(out)
    }
}

/// Visits whatever there is.
struct Loose<T>(PhantomData<T>);

impl<T> Loose<T> {
    fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Made<'de>> Visitor<'de> for Loose<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<T, E> {
        Ok(T::of_text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::of_text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<T, E> {
        Ok(T::of_text(Cow::Borrowed(if flag { "true" } else { "false" })))
    }

    fn visit_i64<E>(self, number: i64) -> Result<T, E> {
        Ok(T::of_text(Cow::Owned(number.to_string())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(T::of_text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<T, E> {
        Ok(T::of_text(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::of_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::of_list(list)
    }
}
