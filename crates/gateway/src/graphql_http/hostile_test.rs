//! Bodies meant to hurt: each is refused with a small answer and little work.

use std::{fmt::Write as _, time::Duration};

use serde_json::json;

use super::sample::{Answer, Client, json as post};
use super::*;

/// Times that a body is sent to find the work it makes: the system counts it in ticks of some milliseconds.
const TIMES: u32 = 16;

/// What a refusal may cost, without optimisation too.
const MOST: Duration = Duration::from_millis(50);

/// CPU time of this thread, which runs everything in these tests.
fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The answer to a body, and the CPU time for it; where the system tells none, the shortest time by the clock.
async fn measured(client: &Client, body: &[u8]) -> (Answer, Duration) {
    let (before, mut least, mut answer) = (cpu(), Duration::MAX, None);
    for _ in 0..TIMES {
        let (body, begun) = (body.to_vec(), Instant::now());
        answer = Some(client.post(body).await);
        least = least.min(begun.elapsed());
    }
    let worked = cpu().zip(before).map(|(after, before)| after.saturating_sub(before) / TIMES);
    (answer.unwrap(), worked.unwrap_or(least))
}

fn query(text: &str) -> Vec<u8> {
    json!({ "query": text }).to_string().into_bytes()
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, n| {
        let _ = write!(text, "{}", one(n));
        text
    })
}

/// 2^n selections in few bytes.
fn doubling() -> String {
    let fragments = many(23, |n| format!("fragment f{n} on Item{{...f{m} ...f{m}}}", m = n + 1));
    format!("{{item{{...f0}}}}{fragments}fragment f23 on Item{{id}}")
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let chain = many(250, |n| format!("fragment f{n} on Item{{...f{m}}}", m = n + 1));
    let wide = many(200, |n| format!("a{n}:item{{...F}}"));
    let takers = many(150, |n| format!("a{n}:nodes(ids:$v){{id}}"));
    vec![
        ("10,000 aliases", query(&format!("{{{}}}", many(10_000, |n| format!("a{n}:__typename "))))),
        ("1,100 short aliases", query(&format!("{{{}}}", many(1_100, |n| format!("a{n}:item{{id}}"))))),
        ("50,000 __typename", query(&format!("{{{}}}", "__typename ".repeat(50_000)))),
        ("depth 200", query(&format!("{}{}", "{child".repeat(200), "}".repeat(200)))),
        ("depth 25", query(&format!("{{item{}{{id}}{}}}", "{child".repeat(25), "}".repeat(25)))),
        ("lists nested 30 deep", query(&format!("{{echo(text:{}{})}}", "[".repeat(30), "]".repeat(30)))),
        ("5,000 open brackets", query(&"[".repeat(5_000))),
        ("batch of 10,000", format!("[{}{{}}]", r#"{"query":"{a}"},"#.repeat(10_000)).into_bytes()),
        (
            "fragment cycle",
            query("{item{...A}}fragment A on Item{...B}fragment B on Item{...C}fragment C on Item{...A}"),
        ),
        ("fragment of itself", query("{item{...A}}fragment A on Item{child{...A}}")),
        ("unused cycle", query("{item{id}}fragment A on Item{...B}fragment B on Item{...A}")),
        ("doubling fragments", query(&doubling())),
        ("chain of 250 fragments", query(&format!("{{item{{...f0}}}}{chain}fragment f250 on Item{{id}}"))),
        ("wide fragment 200 times", query(&format!("{{{wide}}}fragment F on Item{{{}}}", "id ".repeat(300)))),
        ("1 MB string", query(&format!("{{echo(text:\"{}\")}}", "x".repeat(1_000_000)))),
        ("250 KB string", query(&format!("{{echo(text:\"{}\")}}", "x".repeat(250_000)))),
        ("one page of a million", query("{items(first:1000000){nodes{id}}}")),
        ("pages of pages", query("{items(first:100){nodes{items(first:100){nodes{id}}}}}")),
        ("lists of lists", query("{item{children{children{children{children{id}}}}}}")),
        (
            "page by variable",
            json!({"query":"query($n:Int){items(first:$n){nodes{id}}}","variables":{"n":9_999_999}}).to_string().into(),
        ),
        (
            "list of 100,000 ids",
            format!(
                r#"{{"query":"query($v:[ID!]!){{nodes(ids:$v){{id}}}}","variables":{{"v":[{}1]}}}}"#,
                "1,".repeat(100_000)
            )
            .into_bytes(),
        ),
        (
            "10,000 ids taken 150 times",
            format!(r#"{{"query":"query($v:[ID!]!){{{takers}}}","variables":{{"v":[{}1]}}}}"#, "1,".repeat(10_000))
                .into_bytes(),
        ),
        (
            "100,000 brackets of JSON",
            format!(r#"{{"query":"{{a}}","variables":{{"v":{}"#, "[".repeat(100_000)).into_bytes(),
        ),
        ("names of 15 KB", query(&format!("{{{}}}", "n".repeat(15_000)))),
        (
            "conflicting names",
            query(&format!(
                "{{item{{{}}}}}",
                many(190, |n| format!("{}:{} ", "n".repeat(60), if n % 2 == 0 { "id" } else { "name" }))
            )),
        ),
        ("conflicting arguments", query(&format!("{{item{{{}}}}}", many(190, |n| format!("name(style:\"{n}\")"))))),
        (
            "unknown arguments",
            query(&format!("{{item{{name({})}}}}", many(600, |n| format!("{}{n}:1 ", "s".repeat(15))))),
        ),
        ("wrong values", query(&format!("{{nodes(ids:[{}]){{id}}}}", "{a:1}".repeat(300)))),
        ("undefined variables", query(&format!("{{nodes(ids:[{}]){{id}}}}", many(600, |n| format!("$v{n} "))))),
        (
            "600 unknown fields",
            query(&format!("{{{}}}", many(600, |n| format!("unknownFieldWithALongName{n} "))[..15_000].to_owned())),
        ),
        ("400 directives", query(&format!("{{id{}}}", "@skip(if:false)".repeat(400)))),
        ("100 writes", query(&format!("mutation{{{}}}", many(100, |n| format!("a{n}:write "))))),
        ("invalid UTF-8", b"{\"query\":\"{a\xff\xfe}\"}".to_vec()),
        (
            "null in a non-null variable",
            json!({"query":"query($t:String!){echo(text:$t)}","variables":{"t":null}}).to_string().into(),
        ),
        ("not JSON", b"{\"query\":".to_vec()),
        ("comments only", query(&"#".repeat(16_000))),
        ("unterminated block string", query(&format!("{{a(b:\"\"\"{}", "\\\"\"\"".repeat(4_000)))),
        ("several operations", query(&many(300, |n| format!("query q{n}{{item{{id}}}}")))),
        ("introspection in circles", query("{__schema{types{fields{type{fields{type{fields{type{name}}}}}}}}}")),
    ]
}

#[tokio::test]
async fn hostile_bodies_are_refused_small_and_cheap() {
    let mut client = Client::new();
    client.introspect = true;
    // What is made once is not counted.
    assert_eq!(client.query("{ __typename }", json!({})).await.status, 200);
    for (name, body) in bodies() {
        let size = body.len();
        let (answer, took) = measured(&client, &body).await;
        println!(
            "{name:30} {size:>8} B → {} {:>6} B {took:>10.1?} {}",
            answer.status,
            answer.text.len(),
            answer.code()
        );
        assert!((400..500).contains(&answer.status), "{name}: {} {}", answer.status, answer.text);
        assert!(answer.text.len() <= 16 * 1024, "{name}: {} bytes", answer.text.len());
        assert!(answer.json().get("data").is_none(), "{name}");
        assert!(took <= MOST, "{name}: {took:?}");
    }
    assert_eq!(client.query("{ __typename }", json!({})).await.status, 200);
}

/// What just passes may not cost much more than what is refused.
#[tokio::test]
async fn the_largest_that_pass_are_cheap_too() {
    let client = Client::new();
    let fields = "id ".repeat(24);
    for (name, body) in [
        ("1,400 __typename", query(&format!("{{{}}}", "__typename ".repeat(1_400)))),
        ("200 aliases", query(&format!("{{{}}}", many(200, |n| format!("a{n}:item{{id}}"))))),
        ("fragment 100 times", query(&format!("{{{}}}fragment F on Item{{{fields}}}", "item{...F}".repeat(100)))),
        (
            "2,000 ids",
            format!(
                r#"{{"query":"query($v:[ID!]!){{a:echo(text:\"\") nodes(ids:$v){{id}}}}","variables":{{"v":[{}1]}}}}"#,
                "1,".repeat(2_000)
            )
            .into_bytes(),
        ),
    ] {
        let size = body.len();
        let (answer, took) = measured(&client, &body).await;
        println!("{name:30} {size:>8} B → {} {:>6} B {took:>10.1?}", answer.status, answer.text.len());
        assert!(took <= MOST, "{name}: {took:?}");
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_cut_off() {
    let client = Client::with(Bounds { body_time: Duration::from_millis(50), ..Bounds::default() }, usize::MAX);
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let answer = client.send(post(Body::from_stream(never))).await;
    assert_eq!(answer.status, 408);

    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 4096]));
    let answer = client.send(post(Body::from_stream(endless))).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "TOO_LARGE"));
}
