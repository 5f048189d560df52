//! The lexer: one pass over the query text that bounds what the parser will have to do.

use async_graphql::Pos;

use super::bounds::Bounds;

/// Why the lexer or the parser refuses a query text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No GraphQL at this place.
    Grammar(Option<Pos>),
    /// More of something than the bound: its Chinese name, its English name, the bound.
    TooMany(&'static str, &'static str, usize),
}

impl Fault {
    /// Whether the text is no GraphQL, rather than too much of it.
    pub const fn is_grammar(&self) -> bool {
        matches!(self, Self::Grammar(_))
    }

    pub(super) const fn code(&self) -> &'static str {
        if self.is_grammar() { "BAD_REQUEST" } else { "TOO_COSTLY" }
    }

    pub(super) const fn at(&self) -> Option<Pos> {
        match self {
            Self::Grammar(at) => *at,
            Self::TooMany(..) => None,
        }
    }

    pub(super) fn chinese(&self) -> String {
        match self {
            Self::Grammar(_) => "查询文本有语法错误".into(),
            Self::TooMany(what, _, max) => format!("查询文本的{what}不得超过 {max}"),
        }
    }

    pub(super) fn english(&self) -> String {
        match self {
            Self::Grammar(_) => "Syntax error in the query text".into(),
            Self::TooMany(_, what, max) => format!("The query text must not have more than {max} {what}"),
        }
    }
}

/// Reads the text once and refuses what exceeds the bounds. Accepts some texts that are no GraphQL: the parser
/// follows. Whatever both accept, both cut into the same tokens.
pub(super) fn scan(text: &str, bounds: &Bounds) -> Result<(), Fault> {
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0 };
    let mut count = Count { bounds, tokens: 0, aliases: 0, directives: 0, open: Vec::new(), parens: 0 };
    while let Some(token) = lexer.next()? {
        count.take(token).map_err(|fault| fault.unwrap_or_else(|| lexer.fault()))?;
    }
    Ok(())
}

/// A token, as far as counting cares.
#[derive(Clone, Copy)]
enum Token {
    Name(usize),
    Mark(u8),
    Value,
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Option<Token>, Fault> {
        self.skip_ignored();
        let Some(&byte) = self.bytes.get(self.at) else { return Ok(None) };
        let start = self.at;
        let token = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.run(|b| b.is_ascii_alphanumeric() || b == b'_');
                Token::Name(self.at - start)
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                Token::Value
            }
            b'"' => {
                self.string()?;
                Token::Value
            }
            b'.' if self.bytes[start..].starts_with(b"...") => {
                self.at += 3;
                Token::Mark(b'.')
            }
            b'!' | b'$' | b'&' | b'(' | b')' | b':' | b'=' | b'@' | b'[' | b']' | b'{' | b'|' | b'}' => {
                self.at += 1;
                Token::Mark(byte)
            }
            _ => return Err(self.fault()),
        };
        Ok(Some(token))
    }

    fn skip_ignored(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => self.at += 1,
                b'#' => self.run(|b| b != b'\n' && b != b'\r'),
                0xEF if self.bytes[self.at..].starts_with("\u{feff}".as_bytes()) => self.at += 3,
                _ => return,
            }
        }
    }

    fn run(&mut self, inside: impl Fn(u8) -> bool) {
        while self.bytes.get(self.at).copied().is_some_and(&inside) {
            self.at += 1;
        }
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.run(|b| b.is_ascii_digit());
        if self.at == start { Err(self.fault()) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), Fault> {
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        self.digits()?;
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), Fault> {
        if self.bytes[self.at..].starts_with(b"\"\"\"") {
            return self.block_string();
        }
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None | Some(b'\n' | b'\r') => return Err(self.fault()),
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    fn block_string(&mut self) -> Result<(), Fault> {
        self.at += 3;
        loop {
            let Some(rest) = self.bytes.get(self.at..).filter(|rest| !rest.is_empty()) else {
                return Err(self.fault());
            };
            if rest.starts_with(b"\\\"\"\"") {
                self.at += 4;
            } else if rest.starts_with(b"\"\"\"") {
                break;
            } else {
                self.at += 1;
            }
        }
        self.at += 3;
        Ok(())
    }

    /// Line and column of the present place, from 1, in characters.
    fn fault(&self) -> Fault {
        let end = self.text.floor_char_boundary(self.at.min(self.text.len()));
        let before = &self.text[..end];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Fault::Grammar(Some(Pos { line, column }))
    }
}

struct Count<'b> {
    bounds: &'b Bounds,
    tokens: usize,
    aliases: usize,
    directives: usize,
    open: Vec<u8>,
    parens: usize,
}

impl Count<'_> {
    /// `Err(None)` is a bracket that does not fit.
    fn take(&mut self, token: Token) -> Result<(), Option<Fault>> {
        self.tokens += 1;
        within("词元数", "tokens", self.tokens, self.bounds.tokens)?;
        match token {
            Token::Name(bytes) => within("单个名称的字节数", "bytes in one name", bytes, self.bounds.name_bytes)?,
            // Outside of arguments and variable definitions a colon makes an alias.
            Token::Mark(b':') if self.parens == 0 => {
                self.aliases += 1;
                within("别名数", "aliases", self.aliases, self.bounds.aliases)?;
            }
            Token::Mark(b'@') => {
                self.directives += 1;
                within("指令数", "directives", self.directives, self.bounds.directives)?;
            }
            Token::Mark(mark @ (b'(' | b'[' | b'{')) => {
                self.open.push(mark);
                self.parens += usize::from(mark == b'(');
                within("括号层数", "levels of brackets", self.open.len(), self.bounds.brackets)?;
            }
            Token::Mark(mark @ (b')' | b']' | b'}')) => {
                let wanted = match mark {
                    b')' => b'(',
                    b']' => b'[',
                    _ => b'{',
                };
                if self.open.pop() != Some(wanted) {
                    return Err(None);
                }
                self.parens -= usize::from(mark == b')');
            }
            Token::Mark(_) | Token::Value => {}
        }
        Ok(())
    }
}

fn within(zh: &'static str, en: &'static str, value: usize, max: usize) -> Result<(), Fault> {
    if value > max { Err(Fault::TooMany(zh, en, max)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<Fault> {
        scan(text, &Bounds::default()).err()
    }

    fn few(text: &str, change: impl FnOnce(&mut Bounds)) -> Option<Fault> {
        let mut bounds = Bounds::default();
        change(&mut bounds);
        scan(text, &bounds).err()
    }

    #[test]
    fn counts_tokens_and_nothing_inside_strings_and_comments() {
        let text = "{ a(s: \"@ { : \\\" {\", b: \"\"\"@@ \\\"\"\" {{ \"\"\") # @@ {{ :\r b }";
        assert_eq!(few(text, |b| (b.tokens, b.directives, b.aliases, b.brackets) = (12, 0, 0, 2)), None);
        assert!(few(text, |b| b.tokens = 11).is_some());
    }

    #[test]
    fn numbers_that_touch_are_tokens_of_their_own() {
        // Without white space these are three values to the parser.
        assert_eq!(few("{a(l:[1-1-1])}", |b| b.tokens = 12), None);
        assert!(few("{a(l:[1-1-1])}", |b| b.tokens = 11).is_some());
    }

    #[test]
    fn aliases_are_colons_outside_of_arguments() {
        let text = "query($v: Int = 1) { x: a(k: {n: 1}) y: b }";
        assert_eq!(few(text, |b| b.aliases = 2), None);
        assert!(few(text, |b| b.aliases = 1).is_some());
    }

    #[test]
    fn brackets_have_to_fit() {
        assert_eq!(fault("{ a ]"), Some(Fault::Grammar(Some(Pos { line: 1, column: 6 }))));
        assert!(fault("}").is_some());
        assert!(fault(&"[".repeat(33)).is_some());
        assert_eq!(fault(&"[".repeat(32)), None);
    }

    #[test]
    fn places_are_lines_and_columns() {
        assert_eq!(fault("{\n 中"), Some(Fault::Grammar(Some(Pos { line: 2, column: 2 }))));
        for text in ["\"", "\"\\", "\"\"\"", "\"\"\" \\\"\"\"", "\"a\nb\"", "..", "-", "1.", "1e", "\u{1}", "\\"] {
            assert!(matches!(fault(text), Some(Fault::Grammar(Some(_)))), "{text:?}");
        }
    }

    #[test]
    fn agrees_with_the_parser_on_what_the_parser_accepts() {
        for text in [
            "{a}",
            "query Q($a:Int=1,$b:[ID!]!){x:a(b:$b){...F @skip(if:true)}}fragment F on T{c}",
            "{a(b:\"\\u4e2d\\n\",c:\"\"\"x\"y\"\"\",d:-1.5e+3,e:[1,2],f:{g:null})}",
            "\u{feff}{a,b#c\n}",
        ] {
            assert!(async_graphql::parser::parse_query(text).is_ok(), "{text}");
            assert_eq!(fault(text), None, "{text}");
        }
    }
}
