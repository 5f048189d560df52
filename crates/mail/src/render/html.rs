//! The letter as HTML: headings, paragraphs and lists alone, so that it reads the same aloud, without pictures, tables,
//! scripts or anything fetched.

use std::fmt::Write as _;

use domain::Locale;
use url::Url;

use super::page::Page;

/// The whole page, everything from outside escaped.
pub(super) fn html(page: &Page) -> String {
    let mut body = String::new();
    paragraph(&mut body, &page.greeting);
    match &page.intro {
        Some(intro) => {
            paragraph(&mut body, intro);
            body.push_str("<ol>\n");
            for (sentence, link) in &page.items {
                let _ = writeln!(body, "<li>{}<br>{}</li>", escaped(sentence), anchor(link, page.locale));
            }
            body.push_str("</ol>\n");
        }
        None => {
            for (sentence, link) in &page.items {
                paragraph(&mut body, sentence);
                let _ = writeln!(body, "<p>{}</p>", anchor(link, page.locale));
            }
        }
    }
    if let Some(verbatim) = &page.verbatim {
        let _ = writeln!(body, "<pre>{}</pre>", escaped(verbatim));
    }
    if let Some((sentence, link)) = &page.rest {
        let _ = writeln!(body, "<p><a href=\"{}\">{}</a></p>", escaped(link.as_str()), escaped(sentence));
    }
    if let Some(ask) = &page.ask {
        paragraph(&mut body, ask);
    }
    let below: Vec<String> = page.below.iter().map(|line| escaped(line)).collect();
    let _ = writeln!(body, "<hr>\n<p><small>{}</small></p>", below.join("<br>\n"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n</head>\n\
         <body style=\"font-family:sans-serif;font-size:1rem;line-height:1.6;max-width:40em\">\n{body}</body>\n</html>\n",
        page.locale.tag(),
        escaped(&page.subject),
    )
}

fn paragraph(body: &mut String, text: &str) {
    let _ = writeln!(body, "<p>{}</p>", escaped(text));
}

fn anchor(link: &Url, locale: Locale) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(link.as_str()), locale.pick("打开查看", "Open"))
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}
