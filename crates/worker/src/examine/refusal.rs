//! Why a file is refused, beside what the guard says.

use domain::{Code, Problem};

pub(super) fn other_bytes() -> Problem {
    Problem::new(
        Code::Invalid,
        &["file"],
        "收到的内容与上传前的校验值（SHA-256）不符，请重新上传",
        "what arrived is not what was announced (SHA-256): upload it again",
    )
}

pub(super) fn unexaminable() -> Problem {
    Problem::new(
        Code::Invalid,
        &["file"],
        "文件多次检查均未能完成，已停止检查并退回；请将文件另存为新文件或拆分后重新上传，仍未成功的，请联系系统管理员",
        "the examination of the file ended again and again without a result and was given up: save the file anew or split it, and upload it again; if that fails too, tell the system administrator",
    )
}

pub(super) fn gone() -> Problem {
    Problem::new(
        Code::Invalid,
        &["file"],
        "服务器存储故障，已上传的内容在检查前丢失，请重新上传；系统管理员可从日志得知",
        "a fault of the server has lost what was uploaded before it could be examined: upload it again; the log tells the system administrator",
    )
}

pub(super) fn infected() -> Problem {
    Problem::new(
        Code::Infected,
        &["file"],
        "文件带有病毒，已拒收；请先在本机杀毒，再换一个干净的文件上传，并告知系统管理员",
        "the file carries a virus and was refused: clean your machine, upload a clean file, and tell the system administrator",
    )
}

pub(super) fn too_large_to_scan() -> Problem {
    Problem::new(
        Code::TooLong,
        &["file"],
        "文件过大，无法查毒，本单位规定不予接收；请压缩或分段后再传",
        "the file is too large to be scanned for viruses, which your organisation does not take: compress it or cut it",
    )
}
