//! The commented file is the list of all keys, with their defaults.

use std::collections::BTreeSet;

use figment::{Figment, Jail, providers::Format as _, providers::Toml};
use serde_json::Value;

use std::path::Path;

use super::*;

const FILE: &str = include_str!("../../../../fonds.toml");

/// `section.key` of everything that the settings have, `null` ones too.
fn keys(value: &Value, prefix: &str, all: &mut BTreeSet<String>) {
    let Value::Object(members) = value else {
        all.insert(prefix.to_owned());
        return;
    };
    for (name, value) in members {
        keys(value, &if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") }, all);
    }
}

/// `section.key` of every line of the file, those commented out too.
fn named() -> BTreeSet<String> {
    let mut section = String::new();
    let mut all = BTreeSet::new();
    for line in FILE.lines() {
        let line = line.strip_prefix("# ").unwrap_or(line);
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((key, _)) = line.split_once(" = ")
            && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        {
            all.insert(format!("{section}.{key}"));
        }
    }
    all
}

#[test]
fn the_file_says_the_defaults() {
    let read: Settings = Figment::from(Toml::string(FILE)).extract().unwrap();
    assert_eq!(read, Settings::default());
}

#[test]
fn the_file_names_every_key_and_no_other() {
    let mut all = BTreeSet::new();
    keys(&serde_json::to_value(Settings::default()).unwrap(), "", &mut all);
    assert_eq!(named(), all);
}

#[test]
#[expect(clippy::result_large_err, reason = "the error of figment's test jail")]
fn variables_win_over_the_file_and_secrets_come_from_files() {
    Jail::expect_with(|jail| {
        assert_eq!(load(None).unwrap(), Settings::default(), "without a file");
        jail.create_file("fonds.toml", "[http]\nrequest_seconds = 7\nmax_requests = 9\n")?;
        jail.create_file("url", "postgres://somewhere\n")?;
        jail.set_env("FONDS_HTTP__MAX_REQUESTS", "11");
        jail.set_env("FONDS_DATABASE__URL_FILE", "url");
        jail.set_env("FONDS_SETTINGS", "is no setting");
        let settings = load(None).unwrap();
        assert_eq!((settings.http.request_seconds, settings.http.max_requests), (7, 11));
        assert_eq!(settings.database.url, Some(Secret::new("postgres://somewhere")));
        assert!(!format!("{settings:?}").contains("somewhere"));

        jail.set_env("FONDS_DATABASE__URL", "postgres://elsewhere");
        assert!(matches!(load(None), Err(SettingsError::Twice("database.url"))));
        Ok(())
    });
}

#[test]
#[expect(clippy::result_large_err, reason = "the error of figment's test jail")]
fn a_scanner_at_an_address_takes_the_place_of_the_socket() {
    Jail::expect_with(|jail| {
        let tcp = intake::scan::Address::Tcp("clamd.internal:3310".parse().unwrap());
        jail.create_file("fonds.toml", "[intake.scanner]\ntcp = \"clamd.internal:3310\"\n")?;
        assert_eq!(load(None).unwrap().intake.scanner, tcp);
        jail.create_file("fonds.toml", "[intake]\nscanner_seconds = 9\n")?;
        let settings = load(None).unwrap();
        assert_eq!(
            (settings.intake.scanner, settings.intake.scanner_seconds),
            (intake::Settings::default().scanner, 9)
        );
        jail.set_env("FONDS_INTAKE__SCANNER__TCP", "clamd.internal:3310");
        assert_eq!(load(None).unwrap().intake.scanner, tcp);
        Ok(())
    });
}

#[test]
#[expect(clippy::result_large_err, reason = "the error of figment's test jail")]
fn what_is_unknown_or_out_of_range_is_refused_by_name() {
    Jail::expect_with(|jail| {
        for (file, name) in [
            ("[http]\nlisten_to = 1\n", "listen_to"),
            ("[htttp]\n", "htttp"),
            ("[http]\nmax_requests = 0\n", "http.max_requests"),
            ("[http]\norigins = [\"dangan.example.cn\"]\n", "http.origins"),
            ("[worker]\nheartbeat_seconds = 20\n", "worker.rescue_seconds"),
            ("[worker]\nunattached_days = 0\n", "worker.unattached_days"),
            ("[log]\nfilter = \"info,=,\"\n", "log.filter"),
        ] {
            jail.create_file("fonds.toml", file)?;
            let told = load(None).unwrap_err().to_string();
            assert!(told.contains(name), "{told}");
        }
        jail.create_file("fonds.toml", "")?;
        jail.set_env("FONDS_DATABSE__URL", "x");
        assert!(load(None).unwrap_err().to_string().contains("databse"));
        assert!(matches!(load(Some(Path::new("absent.toml"))), Err(SettingsError::NoFile(_))));
        Ok(())
    });
}
