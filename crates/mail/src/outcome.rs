//! How an attempt to send ended. Kept with the delivery and shown to administrators: no address, no content, no words
//! of the other side.

use std::{fmt, time::Duration};

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has taken it.
    Sent,
    /// Not now; the same attempt may succeed later. The message may have arrived all the same: its id is the same then.
    TryLater(Reason),
    /// Never in this form.
    Refused(Reason),
}

/// Why a message was not sent, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The server could not be reached, the connection broke, or what came back was no SMTP.
    Connection,
    /// The other side did not answer in time.
    Timeout,
    /// TLS could not be agreed on, or the certificate is not trusted.
    Tls,
    /// The mail server does not accept us: greeting, user name or password. Says nothing about the message.
    SmtpLogin(Option<u16>),
    /// The mail server cannot what the message or the settings need.
    SmtpUnfit,
    /// The mail server answered this code.
    Smtp(u16),
    /// What is given as an address is none.
    Address,
    /// The address of the webhook is none, or carries a user name.
    WebhookAddress,
    /// The webhook leads to where it must not: not https, or an inner network that no setting allows.
    WebhookForbidden,
    /// The notice is no affair of a group or program: it concerns one person.
    Personal,
    /// The secret of the webhook cannot be read.
    WebhookSecret,
    /// The webhook answered this status.
    Http(u16),
    /// The robot answered success in a form that is not its own.
    RobotGarbled,
    /// The robot has had too many messages; it wants a pause.
    RobotBusy(i64),
    /// The robot answered this code.
    Robot(i64),
}

impl Reason {
    /// How long to wait at least: DingTalk shuts a robot out for ten minutes after twenty messages in one.
    pub const fn pause(self) -> Option<Duration> {
        match self {
            Self::RobotBusy(130_101 | 410_100) => Some(Duration::from_mins(10)),
            Self::RobotBusy(_) | Self::Http(429) => Some(Duration::from_mins(1)),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection => f.write_str("connection"),
            Self::Timeout => f.write_str("timeout"),
            Self::Tls => f.write_str("tls"),
            Self::SmtpLogin(None) => f.write_str("smtp_login"),
            Self::SmtpLogin(Some(code)) => write!(f, "smtp_login_{code}"),
            Self::SmtpUnfit => f.write_str("smtp_unfit"),
            Self::Smtp(code) => write!(f, "smtp_{code}"),
            Self::Address => f.write_str("address"),
            Self::WebhookAddress => f.write_str("webhook_address"),
            Self::WebhookForbidden => f.write_str("webhook_forbidden"),
            Self::Personal => f.write_str("personal"),
            Self::WebhookSecret => f.write_str("webhook_secret"),
            Self::Http(status) => write!(f, "http_{status}"),
            Self::RobotGarbled => f.write_str("robot_garbled"),
            Self::RobotBusy(code) => write!(f, "robot_busy_{code}"),
            Self::Robot(code) => write!(f, "robot_{code}"),
        }
    }
}
