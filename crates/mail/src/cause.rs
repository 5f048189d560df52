//! What lies under an error. Drivers wrap an error of TLS in one of IO, sometimes twice, and an IO error skips what it
//! wraps when it is asked for its source.

use std::{error::Error, io};

/// Is there an `E` among the causes of an error?
pub(crate) fn caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<E>() {
            return true;
        }
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_found_under_two_errors_of_io() {
        let tls = rustls::Error::DecryptError;
        let error = io::Error::other(io::Error::other(tls));
        assert!(caused_by::<rustls::Error>(&error));
        assert!(!caused_by::<rustls::Error>(&io::Error::other("closed")));
    }
}
