//! Somebody's tus client, and the bytes that it sends.

use axum::{body::Body, http::Request};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{Id, id::noun};
use serde_json::{Value, json};
use testkit::{Actor, Answer, TestApp};

/// An uploading person.
pub(crate) struct Client<'a> {
    pub(crate) app: &'a TestApp,
    pub(crate) actor: Actor<'a>,
}

/// Bytes of a harmless text in Chinese, as long as asked for.
pub(crate) fn text(length: usize) -> Vec<u8> {
    "会议记录：全体党员认真学习，讨论热烈。\n".bytes().cycle().take(length - length % 3).collect()
}

pub(crate) fn metadata(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(key, value)| format!("{key} {}", STANDARD.encode(value))).collect::<Vec<_>>().join(",")
}

impl<'a> Client<'a> {
    pub(crate) fn of(app: &'a TestApp, key: &str) -> Self {
        Self { app, actor: app.actor(key) }
    }

    /// A request as this person, with the version of tus.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("tus-resumable", "1.0.0")
            .header("accept-language", self.actor.language)
            .header("authorization", format!("Bearer {}", self.actor.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.app.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Uploads a file whole under a media type that is said of it. Gives its id.
    pub(crate) async fn upload_as(&self, name: &str, media_type: &str, bytes: &[u8]) -> String {
        let said = metadata(&[("filename", name), ("filetype", media_type), ("post", &self.actor.post.to_string())]);
        let length = bytes.len().to_string();
        let headers = [("upload-length", length.as_str()), ("upload-metadata", &said)];
        let at = self.send("POST", "/uploads", &headers, Vec::new()).await.header("location").unwrap().to_owned();
        assert_eq!(self.patch(&at, 0, bytes).await.status, 204);
        id(&at)
    }

    /// Announces a file.
    pub(crate) async fn announce(&self, name: &str, length: usize) -> Answer {
        let said = metadata(&[("filename", name), ("post", &self.actor.post.to_string())]);
        self.send("POST", "/uploads", &[("upload-length", &length.to_string()), ("upload-metadata", &said)], Vec::new())
            .await
    }

    /// Where the announced file is written.
    pub(crate) async fn begin(&self, name: &str, length: usize) -> String {
        let answer = self.announce(name, length).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.header("location").unwrap().to_owned()
    }

    /// Sends bytes from an offset on.
    pub(crate) async fn patch(&self, at: &str, offset: usize, bytes: &[u8]) -> Answer {
        let headers = [("content-type", "application/offset+octet-stream"), ("upload-offset", &offset.to_string())];
        self.send("PATCH", at, &headers, bytes.to_vec()).await
    }

    /// The offset that is durable.
    pub(crate) async fn offset(&self, at: &str) -> usize {
        let answer = self.send("HEAD", at, &[], Vec::new()).await;
        assert_eq!(answer.status, 200);
        answer.header("upload-offset").unwrap().parse().unwrap()
    }

    /// Uploads a file whole. Gives its id.
    pub(crate) async fn upload(&self, name: &str, bytes: &[u8]) -> String {
        let at = self.begin(name, bytes.len()).await;
        let answer = self.patch(&at, 0, bytes).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        id(&at)
    }

    /// Uploads and has it examined. Gives its id.
    pub(crate) async fn keep(&self, name: &str, bytes: &[u8]) -> String {
        let id = self.upload(name, bytes).await;
        self.app.examine().await;
        assert_eq!(self.file(&id).await["state"], "KEPT", "{}", self.file(&id).await);
        id
    }

    /// What the interface says of a file.
    pub(crate) async fn file(&self, id: &str) -> Value {
        let query =
            "query($id: ID!) { file(id: $id) { id name length state waitsForScanner unscanned mediaType puid sha256
                     problems { code path message severity } } }";
        self.actor.data(query, json!({ "id": id })).await["file"].take()
    }

    /// A draft with these files. Gives the record's id and its revision.
    pub(crate) async fn draft_with(&self, files: &[String]) -> (String, i64) {
        let desk = crate::flow::desk::Desk::of(self.app, &self.actor.key);
        let record = desk.draft("ZBDH", crate::flow::desk::example("ZBDH")).await.to_string();
        let arranged = self.arrange(&record, 1, files).await;
        (record, arranged["record"]["rev"].as_i64().unwrap())
    }

    /// Makes these the files of a draft.
    pub(crate) async fn arrange(&self, record: &str, rev: i64, files: &[String]) -> Value {
        let files: Vec<_> = files.iter().map(|file| json!({ "file": file, "role": "ENCLOSURE" })).collect();
        let input = json!({ "record": record, "rev": rev, "files": files });
        self.actor
            .mutate("arrangeFiles", input, "record { rev files { n name length mediaType sha256 path fileId } }")
            .await
    }

    /// Sends a record upwards. Gives the receipt's id.
    pub(crate) async fn submit(&self, record: &str, rev: i64) -> String {
        let input = json!({ "record": record, "rev": rev });
        let sent = self.actor.mutate("submitRecord", input, "receipt { id } hash").await;
        sent["receipt"]["id"].as_str().unwrap_or_else(|| panic!("{sent}")).to_owned()
    }

    /// The files of a received record.
    pub(crate) async fn held(&self, receipt: &str) -> Value {
        let query = "query($id: ID!) { receipt(id: $id) { files { n name length sha256 path } } }";
        self.actor.data(query, json!({ "id": receipt })).await["receipt"]["files"].take()
    }

    /// Reads bytes.
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, Vec::new()).await
    }
}

/// The id of the file that is written at an address.
pub(crate) fn id(at: &str) -> String {
    let id = format!("file:{}", at.strip_prefix("/uploads/").unwrap());
    id.parse::<Id<noun::File>>().unwrap().to_string()
}

/// A file that this person has announced. Gives its id.
pub(crate) async fn announced<'a>(app: &'a TestApp, actor: &Actor<'a>) -> String {
    id(&Client { app, actor: actor.clone() }.begin("会议记录.txt", 900).await)
}
