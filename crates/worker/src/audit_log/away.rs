//! The file of heads on another path: notes one after another, each closed by an empty line, only ever longer. What it holds is read
//! back from itself, so that a head that is in the database and not here is written the next time, and none twice.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use domain::audit::{Head, head};

/// Bytes from the end in which the last head is looked for: a note has 64 KiB at the most.
const TAIL: u64 = 1 << 17;

/// Size of the last whole head of the file; 0 where there is none.
pub(super) async fn last(file: PathBuf) -> io::Result<u64> {
    blocking(move || match File::open(&file) {
        Ok(mut file) => Ok(tail(&mut file)?.1),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    })
    .await
}

/// Appends heads above the last one, durably. A line that a kill has cut is taken away first.
pub(super) async fn append(file: PathBuf, notes: Vec<String>) -> io::Result<()> {
    blocking(move || {
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut out = OpenOptions::new().create(true).read(true).write(true).truncate(false).open(&file)?;
        out.lock()?;
        let (end, last) = tail(&mut out)?;
        if end < out.metadata()?.len() {
            out.set_len(end)?;
        }
        out.seek(SeekFrom::Start(end))?;
        let fresh = notes.iter().filter(|note| Head::open_unsigned(note).is_ok_and(|head| head.size > last));
        let text = fresh.flat_map(|note| [note.as_str(), "\n"]).collect::<String>();
        out.write_all(text.as_bytes())?;
        out.sync_all()?;
        File::open(folder)?.sync_all()
    })
    .await
}

/// Where the last whole head ends, and its size.
fn tail(file: &mut File) -> io::Result<(u64, u64)> {
    let length = file.metadata()?.len();
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let (mut end, mut size) = (0, 0);
    for (note, after) in head::many(&bytes) {
        if let Ok(head) = Head::open_unsigned(note)
            && bytes[..after].ends_with(b"\n\n")
        {
            (end, size) = (after, head.size);
        }
    }
    Ok((from + u64::try_from(end).unwrap_or(0), size))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use domain::{
        audit::{Origin, SigningKey, key::KeyName},
        merkle::Hash,
    };

    use super::*;

    fn note(size: u64) -> String {
        let key = SigningKey::from_seed(KeyName::parse("archive.example.cn/audit").unwrap(), &[7; 32]);
        let at = chrono::DateTime::from_timestamp(1_760_000_000, 0).unwrap();
        let origin = Origin::parse("archive.example.cn/audit/zj").unwrap();
        Head { origin, size, root: Hash::leaf(b"root"), at }.sign(&[&key])
    }

    #[tokio::test]
    async fn wherever_a_kill_cuts_the_file_every_head_is_there_once() {
        let folder = std::env::temp_dir().join(format!("fonds-heads-{}", std::process::id()));
        let file = folder.join("zj.heads");
        append(file.clone(), vec![note(3), note(7)]).await.unwrap();
        let whole = fs::read(&file).unwrap();
        let first = note(3).len() + 1;
        for cut in 0..whole.len() {
            fs::write(&file, &whole[..cut]).unwrap();
            let known = last(file.clone()).await.unwrap();
            assert_eq!(known, if cut >= first { 3 } else { 0 }, "cut at {cut}");
            append(file.clone(), [3, 7].into_iter().filter(|&size| size > known).map(note).collect()).await.unwrap();
            let text = fs::read_to_string(&file).unwrap();
            let sizes: Vec<_> =
                head::many(text.as_bytes()).map(|(note, _)| Head::open_unsigned(note).unwrap().size).collect();
            assert_eq!(sizes, [3, 7], "cut at {cut}");
        }
        append(file.clone(), vec![note(3), note(7)]).await.unwrap();
        assert_eq!(fs::read(&file).unwrap(), whole, "none twice");
        fs::remove_dir_all(folder).unwrap();
    }
}
