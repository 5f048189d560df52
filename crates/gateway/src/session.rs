//! Who asks: the token of a cookie or of the `Authorization` header, and the address that the request came from.

use std::net::{IpAddr, SocketAddr};

use app::Caller;
use axum::{
    Json,
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::Locale;

use crate::{
    graphql_http::locale_of,
    origin::{Foreign, Home, SessionCookie, bearer},
};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What the gateway believes of a request.
#[derive(Debug, Clone)]
pub struct Door {
    /// Where our own page lives.
    pub home: Home,
    /// Under which name the session comes.
    pub cookie: SessionCookie,
    /// Whether the last proxy's word on the client's address counts.
    pub behind_proxy: bool,
}

impl Door {
    /// The caller that a request names; nothing is known of him yet. None: it names nobody, or what it names is no token.
    ///
    /// # Errors
    /// It comes by cookie, and perhaps from a foreign page.
    pub fn caller(&self, headers: &HeaderMap, extensions: &Extensions) -> Result<Option<Caller>, Foreign> {
        self.named(headers, extensions, Home::check)
    }

    /// The caller that a handshake names, which carries no header of ours: a browser's socket is bound to our own page by
    /// its origin alone.
    ///
    /// # Errors
    /// It comes by cookie, and perhaps from a foreign page.
    pub fn shaken(&self, headers: &HeaderMap, extensions: &Extensions) -> Result<Option<Caller>, Foreign> {
        self.named(headers, extensions, Home::check_origin)
    }

    fn named(
        &self,
        headers: &HeaderMap,
        extensions: &Extensions,
        check: impl FnOnce(&Home, &HeaderMap) -> Result<(), Foreign>,
    ) -> Result<Option<Caller>, Foreign> {
        let token = if headers.contains_key(header::AUTHORIZATION) {
            bearer(headers)
        } else {
            let token = self.cookie.read(headers);
            if token.is_some() {
                check(&self.home, headers)?;
            }
            token
        };
        let origin = self.address(headers, extensions).map(|address| address.to_string());
        Ok(token.and_then(app::Entry::of_token).map(|entry| Caller { entry, locale: asked_locale(headers), origin }))
    }

    /// The caller of a plain link on our own page, which carries no header of ours: for reading alone.
    pub fn linked(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<Caller> {
        self.home.check_origin(headers).ok()?;
        let entry = app::Entry::of_token(self.cookie.read(headers)?)?;
        let origin = self.address(headers, extensions).map(|address| address.to_string());
        Some(Caller { entry, locale: asked_locale(headers), origin })
    }

    /// Where the request came from.
    pub fn address(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        if self.behind_proxy {
            // The last entry is the own proxy's word; what stands before it is whatever the client wrote.
            let last = headers.get_all(FORWARDED_FOR).iter().next_back()?.to_str().ok()?.rsplit(',').next()?;
            return last.trim().parse().ok();
        }
        extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())
    }
}

/// The language that the client asks for; none where it does not say.
pub fn asked_locale(headers: &HeaderMap) -> Option<Locale> {
    headers.contains_key(header::ACCEPT_LANGUAGE).then(|| locale_of(headers))
}

/// The answer to a request that may be a foreign page's, in the form of a GraphQL answer.
pub fn refuse_foreign(foreign: Foreign, headers: &HeaderMap) -> Response {
    tracing::warn!(%foreign, "a request by cookie was refused");
    let message = foreign.message(locale_of(headers));
    let body = serde_json::json!({ "errors": [{ "message": message, "extensions": { "code": "FORBIDDEN" } }] });
    let mut answer = (StatusCode::FORBIDDEN, Json(body)).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "zj.abcdefghijklmnopqrstuvwxyz";

    fn door(behind_proxy: bool) -> Door {
        Door { home: Home::default(), cookie: SessionCookie::PLAIN, behind_proxy }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|&(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_token_stands_over_a_cookie_and_needs_no_origin() {
        let bearer = format!("Bearer {TOKEN}");
        let by_token = headers(&[("authorization", &bearer), ("cookie", "fonds=edu.00000000000000000000")]);
        let caller = door(false).caller(&by_token, &Extensions::new()).unwrap().unwrap();
        assert_eq!(caller.entry.tenant.as_str(), "zj");
        let basic = headers(&[("authorization", "Basic eDp5"), ("cookie", "fonds=edu.00000000000000000000")]);
        assert!(door(false).caller(&basic, &Extensions::new()).unwrap().is_none());
    }

    #[test]
    fn a_cookie_needs_our_own_page() {
        let cookie = format!("fonds={TOKEN}");
        let bare = headers(&[("cookie", &cookie)]);
        assert_eq!(door(false).caller(&bare, &Extensions::new()).unwrap_err(), Foreign::NoHeader);
        let own = headers(&[("cookie", &cookie), ("x-fonds-request", "1"), ("sec-fetch-site", "same-origin")]);
        assert!(door(false).caller(&own, &Extensions::new()).unwrap().is_some());
        assert!(door(false).caller(&headers(&[]), &Extensions::new()).unwrap().is_none());
    }

    #[test]
    fn a_proxys_word_counts_only_where_there_is_one() {
        let forwarded = headers(&[("x-forwarded-for", "1.2.3.4, 10.0.0.7")]);
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))));
        let address = |behind| door(behind).address(&forwarded, &extensions).unwrap().to_string();
        assert_eq!(address(true), "10.0.0.7");
        assert_eq!(address(false), "127.0.0.1");
    }
}
