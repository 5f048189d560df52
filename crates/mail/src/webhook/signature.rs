//! Signatures as in Standard Webhooks 1.0.0
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).
//!
//! Signed is `webhook-id.webhook-timestamp.body`, by HMAC-SHA-256 with the bytes that `whsec_` and base64 stand for.
//! Against replay a receiver refuses what is older or newer than five minutes, and keeps each `webhook-id` as long, so
//! as to act on it once. [`verify`] is that receiver's check, to be used and to be read.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Between the clocks of both sides there may be so much.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// The secret of a webhook, as bytes.
pub struct Secret(Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// Why a receiver does not believe a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The time is none, or too far from now.
    #[error("the timestamp is missing, or more than five minutes off")]
    Timestamp,
    /// No signature is that of this secret over this message.
    #[error("no signature fits")]
    Signature,
}

impl Secret {
    /// Reads `whsec_…`: 24 to 64 bytes, as the standard asks.
    pub fn read(text: &SecretString) -> Option<Self> {
        let bytes = STANDARD.decode(text.expose_secret().strip_prefix(PREFIX)?).ok()?;
        (24..=64).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// A new secret of 32 random bytes, as it is shown once.
    pub fn of(chance: [u8; 32]) -> SecretString {
        SecretString::from(format!("{PREFIX}{}", STANDARD.encode(chance)))
    }

    /// The header `webhook-signature`.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let digest = self.mac(id, &timestamp.to_string(), body).map(|mac| mac.finalize().into_bytes());
        format!("v1,{}", STANDARD.encode(digest.unwrap_or_default()))
    }

    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(mac)
    }
}

/// Is this message from whoever holds the secret, and of now? Several signatures, separated by spaces, may stand there
/// while a secret is changed. Compares in constant time.
pub fn verify(
    secret: &Secret,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Rejected> {
    let sent = timestamp.parse().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let sent = sent.ok_or(Rejected::Timestamp)?;
    if (now - sent).abs() > TOLERANCE {
        return Err(Rejected::Timestamp);
    }
    let fits = |signature: &str| {
        let digest = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
        let mac = secret.mac(id, timestamp, body);
        digest.zip(mac).is_some_and(|(digest, mac)| mac.verify_slice(&digest).is_ok())
    };
    if signatures.split(' ').any(fits) { Ok(()) } else { Err(Rejected::Signature) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published example of the standard.
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIMESTAMP: i64 = 1_614_265_330;
    const BODY: &[u8] = b"{\"test\": 2432232314}";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn secret() -> Secret {
        Secret::read(&SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap()
    }

    fn check(id: &str, timestamp: &str, signatures: &str, body: &[u8], after: i64) -> Result<(), Rejected> {
        let now = DateTime::from_timestamp(TIMESTAMP + after, 0).unwrap();
        verify(&secret(), id, timestamp, signatures, body, now)
    }

    #[test]
    fn it_signs_as_the_published_example() {
        assert_eq!(secret().sign(ID, TIMESTAMP, BODY), SIGNATURE);
    }

    #[test]
    fn a_receiver_believes_what_is_signed_and_of_now() {
        let stamp = TIMESTAMP.to_string();
        assert_eq!(check(ID, &stamp, SIGNATURE, BODY, 0), Ok(()));
        assert_eq!(check(ID, &stamp, &format!("v1,AAAA v1a,x {SIGNATURE}"), BODY, 299), Ok(()));
        assert_eq!(check(ID, &stamp, SIGNATURE, BODY, 301), Err(Rejected::Timestamp), "replayed");
        assert_eq!(check(ID, &stamp, SIGNATURE, BODY, -301), Err(Rejected::Timestamp));
        for wrong in ["", "now", "99999999999999999999"] {
            assert_eq!(check(ID, wrong, SIGNATURE, BODY, 0), Err(Rejected::Timestamp));
        }
        let newer = (TIMESTAMP + 1).to_string();
        for (id, stamp, signatures, body) in [
            ("msg_other", &stamp, SIGNATURE, BODY),
            (ID, &newer, SIGNATURE, BODY),
            (ID, &stamp, SIGNATURE, b"{\"test\": 2432232315}".as_slice()),
            (ID, &stamp, &SIGNATURE[..20], BODY),
            (ID, &stamp, "", BODY),
            (ID, &stamp, SIGNATURE.trim_start_matches("v1,"), BODY),
        ] {
            assert_eq!(check(id, stamp, signatures, body, 0), Err(Rejected::Signature), "{id} {stamp} {signatures}");
        }
    }

    #[test]
    fn a_secret_is_read_as_it_is_shown_and_is_long_enough() {
        let shown = Secret::of([7; 32]);
        assert_eq!(Secret::read(&shown).unwrap().0, [7; 32]);
        for wrong in ["", "whsec_", "whsec_!!", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert!(Secret::read(&SecretString::from(wrong)).is_none(), "{wrong}");
        }
        assert!(!format!("{:?}", secret()).contains("49"));
    }
}
