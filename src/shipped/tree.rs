//! The bytes of a tree of values, and reading them.
//!
//! A value is a letter and what belongs to it: `s` a text (length, bytes), `i` an integer (eight bytes), `b` a flag (one
//! byte), `a` an array (count, values), `t` a table (count, and for each entry a text without its letter, a value). Lengths
//! and counts are four bytes, little-endian. Written by `build.rs`.

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde_spanned::de::{SpannedDeserializer, is_spanned};
use std::fmt;

/// Reads a value; `None` where the bytes are no tree, or the tree does not fit.
pub(super) fn read<T: DeserializeOwned>(bytes: &'static [u8]) -> Option<T> {
    let mut rest = bytes;
    let value = T::deserialize(Value { rest: &mut rest }).ok()?;
    rest.is_empty().then_some(value)
}

/// The tree does not fit. Why is said by the text, which is then read.
#[derive(Debug)]
struct Misfit;

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the tree does not fit")
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// The value at the beginning of the bytes.
struct Value<'r> {
    rest: &'r mut &'static [u8],
}

impl Value<'_> {
    fn bytes(&mut self, count: usize) -> Result<&'static [u8], Misfit> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Misfit)?;
        *self.rest = rest;
        Ok(taken)
    }

    fn letter(&mut self) -> Result<u8, Misfit> {
        self.bytes(1)?.first().copied().ok_or(Misfit)
    }

    fn count(&mut self) -> Result<usize, Misfit> {
        let bytes = self.bytes(4)?.try_into().map_err(|_| Misfit)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| Misfit)
    }

    fn text(&mut self) -> Result<&'static str, Misfit> {
        let count = self.count()?;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| Misfit)
    }

    fn entries(&mut self) -> Result<Entries<'_>, Misfit> {
        let left = self.count()?;
        Ok(Entries { rest: self.rest, left })
    }
}

impl<'de> de::Deserializer<'de> for Value<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Misfit> {
        match self.letter()? {
            b's' => visitor.visit_borrowed_str(self.text()?),
            b'i' => {
                let bytes = self.bytes(8)?.try_into().map_err(|_| Misfit)?;
                visitor.visit_i64(i64::from_le_bytes(bytes))
            }
            b'b' => visitor.visit_bool(self.letter()? == 1),
            b'a' => visitor.visit_seq(self.entries()?),
            b't' => visitor.visit_map(self.entries()?),
            _ => Err(Misfit),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if is_spanned(name) {
            return visitor.visit_map(SpannedDeserializer::new(self, 0..0));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.letter()? {
            b's' => visitor.visit_enum(self.text()?.into_deserializer()),
            b't' => visitor.visit_enum(MapAccessDeserializer::new(self.entries()?)),
            _ => Err(Misfit),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// What is left of an array or a table.
struct Entries<'r> {
    rest: &'r mut &'static [u8],
    left: usize,
}

impl Entries<'_> {
    fn next(&mut self) -> Option<Value<'_>> {
        self.left = self.left.checked_sub(1)?;
        Some(Value { rest: self.rest })
    }
}

impl<'de> SeqAccess<'de> for Entries<'_> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Misfit> {
        self.next().map(|value| seed.deserialize(value)).transpose()
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Misfit> {
        let Some(mut key) = self.next() else { return Ok(None) };
        let name = key.text()?;
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        seed.deserialize(Value { rest: self.rest })
    }
}

impl<'r> IntoDeserializer<'_, Misfit> for Value<'r> {
    type Deserializer = Value<'r>;

    fn into_deserializer(self) -> Self {
        self
    }
}
