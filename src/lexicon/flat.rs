//! Long tables in what was made ahead: rows of bytes.
//!
//! In: a table of small items of one size. Out: its bytes, and back. Item by item through a general format the tables of
//! the search take half of the start-up of a small run; as bytes they are copied. For `#[serde(with = "flat")]`;
//! the longest are not even copied ([`Table`]).

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An item of a table: always as many bytes.
pub(crate) trait Flat: Sized {
    /// How many.
    const BYTES: usize;

    /// Appends its bytes.
    fn put(&self, bytes: &mut Vec<u8>);

    /// The item of these bytes, which are as many as it has.
    fn take(bytes: &[u8]) -> Self;
}

macro_rules! numbers {
    ($($number:ty),*) => {
        $(impl Flat for $number {
            const BYTES: usize = size_of::<$number>();

            fn put(&self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }

            #[inline]
            fn take(bytes: &[u8]) -> Self {
                let bytes = bytes.first_chunk().expect("as many bytes as the number has");
                <$number>::from_le_bytes(*bytes)
            }
        })*
    };
}

numbers!(u8, i8, u16, u32, u64);

impl Flat for bool {
    const BYTES: usize = 1;

    fn put(&self, bytes: &mut Vec<u8>) {
        bytes.push(u8::from(*self));
    }

    #[inline]
    fn take(bytes: &[u8]) -> Self {
        bytes[0] != 0
    }
}

impl Flat for char {
    const BYTES: usize = 4;

    fn put(&self, bytes: &mut Vec<u8>) {
        u32::from(*self).put(bytes);
    }

    #[inline]
    fn take(bytes: &[u8]) -> Self {
        char::from_u32(u32::take(bytes)).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
}

impl<T: Flat, const N: usize> Flat for [T; N] {
    const BYTES: usize = N * T::BYTES;

    fn put(&self, bytes: &mut Vec<u8>) {
        self.iter().for_each(|item| item.put(bytes));
    }

    #[inline]
    fn take(bytes: &[u8]) -> Self {
        std::array::from_fn(|item| T::take(&bytes[item * T::BYTES..]))
    }
}

/// Makes items of structs whose fields are items: `flat_struct!(Cell { first: u16, weight: i8 })`, or of one field:
/// `flat_struct!(Glyph(u32))`.
macro_rules! flat_struct {
    ($item:ident($number:ty)) => {
        impl $crate::lexicon::flat::Flat for $item {
            const BYTES: usize = <$number as $crate::lexicon::flat::Flat>::BYTES;

            fn put(&self, bytes: &mut Vec<u8>) {
                self.0.put(bytes);
            }

            #[inline]
            fn take(bytes: &[u8]) -> Self {
                Self(<$number>::take(bytes))
            }
        }
    };
    ($item:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        impl $crate::lexicon::flat::Flat for $item {
            const BYTES: usize = 0 $(+ <$kind as $crate::lexicon::flat::Flat>::BYTES)*;

            fn put(&self, bytes: &mut Vec<u8>) {
                $(self.$field.put(bytes);)*
            }

            #[inline]
            #[expect(unused_assignments, reason = "nothing comes after the last field")]
            fn take(bytes: &[u8]) -> Self {
                let mut at = 0;
                $(
                    let $field = <$kind>::take(&bytes[at..]);
                    at += <$kind as $crate::lexicon::flat::Flat>::BYTES;
                )*
                Self { $($field),* }
            }
        }
    };
}
pub(crate) use flat_struct;

/// A table that is read where it lies in the binary: what nobody asks for is never in memory. A look-up costs what that
/// of a `Vec` costs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table<T> {
    bytes: Cow<'static, [u8]>,
    items: PhantomData<T>,
}

impl<T: Flat> Table<T> {
    /// The item at a place.
    ///
    /// # Panics
    /// If the table is shorter.
    #[inline(always)]
    pub(crate) fn at(&self, place: usize) -> T {
        T::take(&self.bytes[place * T::BYTES..][..T::BYTES])
    }

    /// The bytes of all items, each by itself: for a pass that looks up one after the other.
    pub(crate) fn rows<const BYTES: usize>(&self) -> &[[u8; BYTES]] {
        const { assert!(T::BYTES == BYTES, "as many bytes as an item has") };
        self.bytes.as_chunks().0
    }

    /// The item at a place; none if the table is shorter.
    #[inline]
    pub(crate) fn get(&self, place: usize) -> Option<T> {
        (place < self.len()).then(|| self.at(place))
    }

    /// How many items it has.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len() / T::BYTES
    }

    /// All items in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> {
        self.bytes.chunks_exact(T::BYTES).map(T::take)
    }
}

impl<T: Flat> FromIterator<T> for Table<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut bytes = Vec::new();
        items.into_iter().for_each(|item| item.put(&mut bytes));
        Self {
            bytes: bytes.into(),
            items: PhantomData,
        }
    }
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            bytes: Cow::Borrowed(&[]),
            items: PhantomData,
        }
    }
}

impl<T> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.bytes)
    }
}

impl<'de: 'static, T> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes: &'de [u8] = Deserialize::deserialize(deserializer)?;
        Ok(Self {
            bytes: Cow::Borrowed(bytes),
            items: PhantomData,
        })
    }
}

/// Writes a table.
pub(crate) fn serialize<T: Flat, S: Serializer>(table: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let mut bytes = Vec::with_capacity(table.len() * T::BYTES);
    table.iter().for_each(|item| item.put(&mut bytes));
    serializer.serialize_bytes(&bytes)
}

/// Reads a table.
pub(crate) fn deserialize<'de, T: Flat, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_bytes(Copied(PhantomData))
}

struct Copied<T>(PhantomData<T>);

impl<T: Flat> Visitor<'_> for Copied<T> {
    type Value = Vec<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a row of bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        let items = bytes.chunks_exact(T::BYTES);
        match items.remainder() {
            [] => Ok(items.map(T::take).collect()),
            _ => Err(E::invalid_length(bytes.len(), &self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Item {
        first: u16,
        rest: [i8; 3],
        is_last: bool,
        sign: char,
    }
    flat_struct!(Item {
        first: u16,
        rest: [i8; 3],
        is_last: bool,
        sign: char,
    });

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(bound(deserialize = "'de: 'static"))]
    struct Tables(
        #[serde(with = "super")] Vec<Item>,
        #[serde(with = "super")] Vec<u64>,
        Table<char>,
    );

    #[test]
    fn a_table_comes_back() {
        let item = |first: u16| Item {
            first,
            rest: [-1, 0, first as i8],
            is_last: first == 2,
            sign: '催',
        };
        let table = "催收".chars().collect();
        let tables = Tables((0..3).map(item).collect(), vec![u64::MAX, 0], table);
        let bytes: &[u8] = postcard::to_allocvec(&tables).unwrap().leak();
        assert_eq!(bytes.len(), 1 + 3 * 10 + 1 + 2 * 8 + 1 + 2 * 4);
        assert_eq!(postcard::from_bytes::<Tables>(bytes).unwrap(), tables);
        let Tables(.., table) = tables;
        assert_eq!((table.at(1), table.get(2), table.len()), ('收', None, 2));
        assert_eq!(table.iter().collect::<String>(), "催收");
        const CUT: &[u8] = &[5, 0, 0, 0, 0, 0];
        assert!(postcard::from_bytes::<Tables>(CUT).is_err());
    }
}
