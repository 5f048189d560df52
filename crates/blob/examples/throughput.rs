//! How fast an upload becomes durable, is hashed and promoted, beside `dd conv=fsync` and `sha256sum` of the same bytes
//! on the same disk, and how much memory 64 uploads at once take.
//!
//! `cargo run -p blob --example throughput -- [FOLDER [MIB]]`; the folder is made and removed.

use std::{
    error::Error,
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use blob::{Bodies, Fence, PlaceSettings, Settings, Staging};
use bytes::{Bytes, BytesMut};
use domain::{
    id::{Id, noun::File},
    tenant::TenantId,
};
use futures_util::{Stream, future::try_join_all};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use uuid::Uuid;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| ".fonds/throughput".to_owned()));
    let mib = arguments.next().map_or(Ok(2048), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    fs::create_dir_all(&folder)?;
    let outcome = runtime.block_on(measure(&folder, mib));
    fs::remove_dir_all(&folder)?;
    outcome
}

async fn measure(folder: &Path, mib: u64) -> Outcome {
    let source = folder.join("source");
    make(&source, mib)?;
    let len = mib << 20;
    let copied =
        timed(|| command("dd", &[&arg("if", &source), &arg("of", &folder.join("dd")), "bs=1M", "conv=fsync"]))?;
    let summed = timed(|| command("sha256sum", &[&source.to_string_lossy()]))?;
    fs::remove_file(folder.join("dd"))?;
    say("dd conv=fsync", len, copied)?;
    say("sha256sum", len, summed)?;
    say("dd conv=fsync + sha256sum", len, copied + summed)?;

    let copy = PlaceSettings::Folder { path: folder.join("copy") };
    let settings = Settings { folder: folder.to_owned(), copy: Some(copy), ..Settings::default() };
    let (staging, (bodies, _incidents)) = (Staging::open(&settings)?, Bodies::open(&settings)?);
    let id = upload(0);
    let began = Instant::now();
    staging.create(id, len).await?;
    receive(&staging, id, source.clone()).await?;
    let staged_in = began.elapsed().as_secs_f64();
    say("staged over loopback, durable", len, staged_in)?;
    let staged = staging.whole(id).await?;
    let began = Instant::now();
    let digests = staging.hash(&staged).await?;
    let hashed = began.elapsed().as_secs_f64();
    say("hashed: SHA-256, its chunks, SM3", len, hashed)?;
    let path = staged.path();
    let sha256 = timed(|| each(&path, |piece, sum: &mut sha2::Sha256| sha2::Digest::update(sum, piece)))?;
    say("  SHA-256 alone", len, sha256)?;
    let sm3 = timed(|| each(&path, |piece, sum: &mut sm3::Sm3| sm3::Digest::update(sum, piece)))?;
    say("  SM3 alone", len, sm3)?;
    say("staged + SHA-256, beside dd + sha256sum", len, staged_in + sha256)?;
    let began = Instant::now();
    let stored = bodies.put(TenantId(1), &staged, &digests).await?;
    if !stored.everywhere() {
        return Err(format!("{stored:?}").into());
    }
    say("promoted: verified, linked, second copy", len, began.elapsed().as_secs_f64())?;
    staging.remove(id).await?;
    let began = Instant::now();
    let mut stream = bodies.read(&stored.body, 0..len).await?;
    while let Some(piece) = futures_util::StreamExt::next(&mut stream).await {
        piece?;
    }
    say("read, verified", len, began.elapsed().as_secs_f64())?;
    many(&staging, &source, len.min(32 << 20)).await
}

/// 64 uploads at once, and how much more memory than before they took at the most. The senders, which are in this
/// process too, hold 64 KiB each.
async fn many(staging: &Staging, source: &Path, len: u64) -> Outcome {
    fs::OpenOptions::new().write(true).open(source)?.set_len(len)?;
    let before = resident("VmRSS")?;
    fs::write("/proc/self/clear_refs", "5")?;
    let began = Instant::now();
    try_join_all((1..=64).map(|number| async move {
        let id = upload(number);
        staging.create(id, len).await?;
        receive(staging, id, source.to_owned()).await
    }))
    .await?;
    say("64 uploads at once", 64 * len, began.elapsed().as_secs_f64())?;
    let more = resident("VmHWM")?.saturating_sub(before);
    writeln!(io::stdout(), "{:<44} {:>8.1} MiB", "  memory above before, at the most", kib(more))?;
    for number in 1..=64 {
        staging.remove(upload(number)).await?;
    }
    Ok(())
}

/// Appends what a sender sends over loopback.
async fn receive(staging: &Staging, id: Id<File>, source: PathBuf) -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let send = async move {
        let mut line = TcpStream::connect(address).await?;
        let mut file = tokio::fs::File::open(source).await?;
        file.set_max_buf_size(64 << 10);
        let mut buffer = vec![0; 64 << 10];
        loop {
            let len = file.read(&mut buffer).await?;
            if len == 0 {
                return Ok::<_, Box<dyn Error + Send + Sync>>(line.shutdown().await?);
            }
            line.write_all(&buffer[..len]).await?;
        }
    };
    let take = async {
        let (line, _) = listener.accept().await?;
        staging.append(id, 0, Fence(1), None, body(line)).await?;
        Ok(())
    };
    tokio::try_join!(send, take).map(drop)
}

/// What comes over a line, in pieces as they come.
fn body(line: TcpStream) -> impl Stream<Item = io::Result<Bytes>> + Send {
    futures_util::stream::try_unfold((line, BytesMut::new()), |(mut line, mut buffer)| async move {
        buffer.reserve(64 << 10);
        let len = line.read_buf(&mut buffer).await?;
        Ok((len > 0).then(|| (buffer.split().freeze(), (line, buffer))))
    })
}

fn upload(number: u128) -> Id<File> {
    Id::of(Uuid::from_u128(number))
}

fn make(path: &Path, mib: u64) -> Outcome {
    let mut file = fs::File::create(path)?;
    io::copy(&mut fs::File::open("/dev/urandom")?.take(mib << 20), &mut file)?;
    Ok(file.sync_all()?)
}

fn each<T: Default>(path: &Path, mut take: impl FnMut(&[u8], &mut T)) -> Outcome {
    let (mut file, mut sum) = (BufReader::with_capacity(1 << 20, fs::File::open(path)?), T::default());
    loop {
        let piece = file.fill_buf()?;
        let len = piece.len();
        if len == 0 {
            return Ok(());
        }
        take(piece, &mut sum);
        file.consume(len);
    }
}

fn command(program: &str, arguments: &[&str]) -> Outcome {
    let output = Command::new(program).args(arguments).output()?;
    output.status.success().then_some(()).ok_or_else(|| format!("{program} failed").into())
}

fn arg(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}

fn timed(work: impl FnOnce() -> Outcome) -> Outcome<f64> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed().as_secs_f64())
}

/// KiB of a line of `/proc/self/status`.
fn resident(name: &str) -> Outcome<u32> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    Ok(line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no such line")?.parse()?)
}

fn kib(kib: u32) -> f64 {
    f64::from(kib) / 1024.0
}

fn say(what: &str, len: u64, seconds: f64) -> Outcome {
    let mb = f64::from(u32::try_from(len / 1_000_000)?);
    Ok(writeln!(io::stdout(), "{what:<44} {seconds:>7.2} s {:>8.0} MB/s", mb / seconds)?)
}
