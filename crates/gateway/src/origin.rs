//! Requests by cookie come from our own page alone: the cookie, the custom header and the origin.
//!
//! A foreign page cannot set the header without a preflight, which nothing here answers, and cannot forge `Origin` or
//! `Sec-Fetch-Site`. Requests with a bearer token carry nothing that a browser adds by itself and are exempt.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use domain::Locale;

/// The header that a request by cookie carries, with the value `1`.
pub const REQUEST_HEADER: HeaderName = HeaderName::from_static("x-fonds-request");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a request by cookie is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Foreign {
    /// The custom header is absent.
    #[error("the header x-fonds-request: 1 is absent")]
    NoHeader,
    /// Neither `Origin` nor `Sec-Fetch-Site` says where it comes from.
    #[error("neither Origin nor Sec-Fetch-Site is there")]
    NoOrigin,
    /// It comes from another site.
    #[error("the request comes from another site")]
    OtherSite,
}

impl Foreign {
    /// The sentence for the user.
    pub const fn message(self, locale: Locale) -> &'static str {
        match self {
            Self::NoHeader => locale.pick("缺少请求头 x-fonds-request: 1", "The header x-fonds-request: 1 is absent"),
            Self::NoOrigin => {
                locale.pick("缺少 Origin 或 Sec-Fetch-Site 请求头", "Neither Origin nor Sec-Fetch-Site is there")
            }
            Self::OtherSite => locale.pick("请求来自其他网站", "The request comes from another site"),
        }
    }
}

/// Where our own page lives.
#[derive(Debug, Clone, Default)]
pub struct Home {
    origins: Vec<String>,
}

impl Home {
    /// The public origins, `https://dangan.example.cn`; without any, the host that the request names.
    pub fn new(origins: impl IntoIterator<Item = String>) -> Self {
        Self { origins: origins.into_iter().map(|one| one.trim_end_matches('/').to_ascii_lowercase()).collect() }
    }

    /// Lets a request by cookie pass if it is our own page's.
    ///
    /// # Errors
    /// It may be a foreign page's.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        if single(headers, &REQUEST_HEADER) != Some("1") {
            return Err(Foreign::NoHeader);
        }
        self.check_origin(headers)
    }

    /// The origin alone, for handshakes that cannot carry a custom header.
    ///
    /// # Errors
    /// It may be a foreign page's.
    pub fn check_origin(&self, headers: &HeaderMap) -> Result<(), Foreign> {
        let (site, origin) = (headers.contains_key(FETCH_SITE), headers.contains_key(header::ORIGIN));
        if !site && !origin {
            return Err(Foreign::NoOrigin);
        }
        let site_fits = !site || single(headers, &FETCH_SITE) == Some("same-origin");
        let origin_fits = !origin || single(headers, &header::ORIGIN).is_some_and(|one| self.is_own(one, headers));
        if site_fits && origin_fits { Ok(()) } else { Err(Foreign::OtherSite) }
    }

    fn is_own(&self, origin: &str, headers: &HeaderMap) -> bool {
        if !self.origins.is_empty() {
            return self.origins.iter().any(|own| own.eq_ignore_ascii_case(origin));
        }
        let host = single(headers, &header::HOST);
        let named = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        matches!((named, host), (Some(named), Some(host)) if named.eq_ignore_ascii_case(host))
    }
}

/// The value of a header that stands once.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// The session cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCookie {
    secure: bool,
}

impl SessionCookie {
    /// For https: `__Host-fonds`, which no other host and no plain page can set.
    pub const SECURE: Self = Self { secure: true };
    /// For plain http on localhost alone: `fonds`.
    pub const PLAIN: Self = Self { secure: false };

    /// The cookie's name.
    pub const fn name(self) -> &'static str {
        if self.secure { "__Host-fonds" } else { "fonds" }
    }

    /// The token of the request; none if two cookies bear the name.
    pub fn read(self, headers: &HeaderMap) -> Option<&str> {
        let pairs =
            headers.get_all(header::COOKIE).iter().filter_map(|one| one.to_str().ok()).flat_map(|one| one.split(';'));
        let mut found = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == self.name());
        match (found.next(), found.next()) {
            (Some((_, value)), None) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    /// `Set-Cookie` that signs in; `None` if the token holds what a cookie cannot.
    pub fn set(self, token: &str, max_age_seconds: u64) -> Option<HeaderValue> {
        let fits = !token.is_empty() && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~".contains(&b));
        fits.then(|| self.line(token, max_age_seconds)).flatten()
    }

    /// `Set-Cookie` that signs out.
    pub fn clear(self) -> Option<HeaderValue> {
        self.line("", 0)
    }

    fn line(self, value: &str, max_age: u64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let line = format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}", self.name());
        HeaderValue::from_str(&line).ok()
    }
}

/// The bearer token of the request.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    bearer_token(single(headers, &header::AUTHORIZATION)?)
}

/// The token of `Bearer token`.
pub fn bearer_token(text: &str) -> Option<&str> {
    let (scheme, token) = text.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|&(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    const OWN: (&str, &str) = ("x-fonds-request", "1");
    const HOST: (&str, &str) = ("host", "fonds.test:8080");

    #[test]
    fn our_own_page_passes() {
        let home = Home::default();
        for pairs in [
            vec![OWN, HOST, ("origin", "http://fonds.test:8080")],
            vec![OWN, HOST, ("sec-fetch-site", "same-origin")],
            vec![OWN, HOST, ("sec-fetch-site", "same-origin"), ("origin", "https://FONDS.test:8080")],
        ] {
            assert_eq!(home.check(&headers(&pairs)), Ok(()), "{pairs:?}");
        }
    }

    #[test]
    fn foreign_pages_do_not() {
        let home = Home::default();
        for (pairs, why) in [
            (vec![HOST, ("origin", "http://fonds.test:8080")], Foreign::NoHeader),
            (vec![("x-fonds-request", "0"), HOST], Foreign::NoHeader),
            (vec![OWN, HOST], Foreign::NoOrigin),
            (vec![OWN, HOST, ("origin", "null")], Foreign::OtherSite),
            (vec![OWN, HOST, ("origin", "http://fonds.test")], Foreign::OtherSite),
            (vec![OWN, HOST, ("origin", "http://evil.test")], Foreign::OtherSite),
            (vec![OWN, HOST, ("sec-fetch-site", "same-site")], Foreign::OtherSite),
            (vec![OWN, HOST, ("sec-fetch-site", "none")], Foreign::OtherSite),
            (vec![OWN, HOST, ("sec-fetch-site", "same-origin"), ("origin", "http://evil.test")], Foreign::OtherSite),
            (vec![OWN, ("origin", "http://fonds.test:8080")], Foreign::OtherSite),
        ] {
            assert_eq!(home.check(&headers(&pairs)), Err(why), "{pairs:?}");
        }
    }

    #[test]
    fn named_origins_stand_over_the_host() {
        let home = Home::new(["https://dangan.example.cn/".to_owned()]);
        assert_eq!(home.check(&headers(&[OWN, HOST, ("origin", "https://dangan.example.cn")])), Ok(()));
        let by_host = headers(&[OWN, HOST, ("origin", "http://fonds.test:8080")]);
        assert_eq!(home.check(&by_host), Err(Foreign::OtherSite));
    }

    #[test]
    fn the_cookie_is_read_once_and_written_strictly() {
        let cookie = SessionCookie::SECURE;
        assert_eq!(cookie.read(&headers(&[("cookie", "a=b; __Host-fonds=t.s; fonds=x")])), Some("t.s"));
        assert_eq!(cookie.read(&headers(&[("cookie", "__Host-fonds=1; __Host-fonds=2")])), None);
        assert_eq!(cookie.read(&headers(&[("cookie", "__Host-fonds=; x=1")])), None);
        assert_eq!(
            cookie.set("t.s", 60).unwrap(),
            "__Host-fonds=t.s; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure"
        );
        assert_eq!(cookie.set("a;b", 60), None);
        assert_eq!(SessionCookie::PLAIN.clear().unwrap(), "fonds=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn a_bearer_token_stands_once() {
        assert_eq!(bearer(&headers(&[("authorization", "Bearer t.s")])), Some("t.s"));
        assert_eq!(bearer(&headers(&[("authorization", "bearer  t.s ")])), Some("t.s"));
        assert_eq!(bearer(&headers(&[("authorization", "Basic t.s")])), None);
        assert_eq!(bearer(&headers(&[("authorization", "Bearer ")])), None);
    }
}
