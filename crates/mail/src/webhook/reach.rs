//! Where webhooks may lead: by https to the public internet, and to what the operator's settings name.
//!
//! The address that is checked is the one that is connected to: the check is in the client's resolver, so that a name
//! which answers differently the second time (DNS rebinding) gains nothing.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::Reason;

/// What webhooks may reach beside the public internet. Empty by default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reach {
    /// Inner networks, as `10.20.0.0/16`: by https alone.
    pub networks: Vec<IpNet>,
    /// Hosts by name or address, wherever they are, by http too.
    pub hosts: Vec<String>,
}

/// A name leads where webhooks must not go.
#[derive(Debug)]
pub(super) struct Forbidden;

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no address that webhooks may reach")
    }
}
impl Error for Forbidden {}

/// What no webhook reaches unless it is named: IANA's registries of special-purpose addresses (RFC 6890 and later),
/// multicast, and the ranges that carry an IPv4 address within.
const INNER_V4: [(Ipv4Addr, u8); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];
/// Global unicast.
const OUTER_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
/// … but for protocol assignments with Teredo, documentation, and 6to4.
const INNER_V6: [(Ipv6Addr, u8); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

impl Reach {
    /// The address of a webhook, taken apart and found fit. A name is looked up later, when it is connected to.
    pub(super) fn admit(&self, address: &SecretString) -> Result<Url, Reason> {
        let url = Url::parse(address.expose_secret()).map_err(|_| Reason::WebhookAddress)?;
        let host = url.host().ok_or(Reason::WebhookAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Reason::WebhookAddress);
        }
        let named = self.names(url.host_str().unwrap_or_default());
        let scheme = match url.scheme() {
            "https" => true,
            "http" => named,
            _ => return Err(Reason::WebhookAddress),
        };
        let fits = scheme
            && match host {
                Host::Domain(_) => true,
                Host::Ipv4(ip) => named || self.covers(ip.into()),
                Host::Ipv6(ip) => named || self.covers(ip.into()),
            };
        if fits { Ok(url) } else { Err(Reason::WebhookForbidden) }
    }

    /// Is the host one of those that the settings name?
    fn names(&self, host: &str) -> bool {
        let bare = |text: &str| text.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        self.hosts.iter().any(|one| bare(one) == bare(host))
    }

    /// May this address be connected to?
    fn covers(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        is_public(ip) || self.networks.iter().any(|network| network.contains(&ip))
    }
}

fn is_public(ip: IpAddr) -> bool {
    let within_v4 = |(net, len), ip| Ipv4Net::new(net, len).is_ok_and(|network| network.contains(&ip));
    let within_v6 = |(net, len), ip| Ipv6Net::new(net, len).is_ok_and(|network| network.contains(&ip));
    match ip {
        IpAddr::V4(ip) => !INNER_V4.into_iter().any(|inner| within_v4(inner, ip)),
        IpAddr::V6(ip) => within_v6(OUTER_V6, ip) && !INNER_V6.into_iter().any(|inner| within_v6(inner, ip)),
    }
}

/// The resolver of the client.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    reach: Arc<Reach>,
}

impl Guard {
    pub(super) const fn new(reach: Arc<Reach>) -> Self {
        Self { reach }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = Arc::clone(&self.reach);
        Box::pin(async move {
            let named = reach.names(name.as_str());
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fit: Vec<SocketAddr> = found.filter(|address| named || reach.covers(address.ip())).collect();
            if fit.is_empty() {
                return Err(Forbidden.into());
            }
            Ok(Box::new(fit.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(reach: &Reach, url: &str) -> Result<(), Reason> {
        reach.admit(&SecretString::from(url)).map(|_| ())
    }

    #[test]
    fn the_public_internet_by_https_and_nothing_else() {
        let reach = Reach::default();
        for public in ["https://hook.example.cn/a", "https://8.8.8.8/", "https://[2400:3200::1]:8443/"] {
            assert_eq!(admit(&reach, public), Ok(()), "{public}");
        }
        let inner = [
            "http://hook.example.cn/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://10.1.2.3/",
            "https://172.31.0.1/",
            "https://192.168.1.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://100.100.100.200/latest/meta-data/",
            "https://0.0.0.0/",
            "https://255.255.255.255/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00:ec2::254]/",
            "https://[64:ff9b::a00:1]/",
            "https://[2002:a00:1::]/",
            "https://[ff02::1]/",
        ];
        for url in inner {
            assert_eq!(admit(&reach, url), Err(Reason::WebhookForbidden), "{url}");
        }
        for url in
            ["", "hook", "ftp://hook.example.cn/", "file:///etc/passwd", "https://u:p@hook.example.cn/", "https://"]
        {
            assert_eq!(admit(&reach, url), Err(Reason::WebhookAddress), "{url}");
        }
    }

    #[test]
    fn an_intranet_is_reached_where_the_settings_name_it() {
        let reach = Reach {
            networks: vec!["10.20.0.0/16".parse().unwrap(), "fd00:1::/32".parse().unwrap()],
            hosts: vec!["OA.intra.".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()],
        };
        let fit = [
            "https://10.20.3.4/",
            "https://[fd00:1::9]/",
            "https://[::ffff:10.20.3.4]/",
            "http://oa.intra/hook",
            "http://127.0.0.1:8080/",
            "http://[::1]:8080/",
        ];
        for url in fit {
            assert_eq!(admit(&reach, url), Ok(()), "{url}");
        }
        for url in ["http://10.20.3.4/", "https://10.21.0.1/", "https://127.0.0.2/", "http://oa.intra.example.cn/"] {
            assert_eq!(admit(&reach, url), Err(Reason::WebhookForbidden), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_connected_to() {
        let resolve = |reach: Reach| {
            let name: Name = "localhost".parse().unwrap();
            Guard::new(Arc::new(reach)).resolve(name)
        };
        let error = resolve(Reach::default()).await.map(|_| ()).unwrap_err();
        assert!(error.is::<Forbidden>());
        let named = Reach { hosts: vec!["localhost".to_owned()], ..Reach::default() };
        assert!(resolve(named).await.unwrap().all(|address| address.ip().is_loopback()));
        let network = Reach { networks: vec!["127.0.0.0/8".parse().unwrap()], ..Reach::default() };
        assert!(resolve(network).await.unwrap().all(|address| address.is_ipv4()), "only what the network covers");
    }
}
