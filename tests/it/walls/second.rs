//! The second wall by itself: statements as the application's own role, past use cases and casbin. What `architecture`
//! promises of it: tenant, organisation, direction of flow, no decision on one's own, nothing changed after it was sent,
//! nobody widens himself.

use serde_json::json;
use testkit::{Actor, Setup};

use super::{
    case::{On, State},
    world::{World, text},
};

/// Who tries what; `{…}` stands for ids of the world.
const ATTEMPTS: &[(&str, &str)] = &[
    // Direction of flow: the upward step is written by its functions alone.
    ("zj/village/recorder", "UPDATE record SET state = 'final' WHERE id = '{draft}'"),
    ("zj/village/recorder", "INSERT INTO submission SELECT * FROM submission"),
    ("zj/village/recorder", "INSERT INTO receipt SELECT * FROM receipt"),
    ("zj/village/recorder", "UPDATE counter SET n = n + 1"),
    ("zj/village/recorder", "DELETE FROM rollup_delta"),
    ("zj/town/reviewer", "UPDATE receipt SET state = 'approved' WHERE state = 'pending'"),
    ("zj/town/reviewer", "UPDATE submission SET state = 'final', position = 2"),
    ("zj/village/recorder", "SELECT sec.decide('{town}', {no}, 'approved', '{}', '{now}', NULL)"),
    ("zj/county/reviewer", "SELECT sec.decide('{town}', {no}, 'approved', '{}', '{now}', NULL)"),
    ("zj/county/reviewer", "SELECT sec.decide('{county}', 1000, 'approved', '{}', '{now}', NULL)"),
    ("edu/university/reviewer", "SELECT sec.decide('{town}', {no}, 'approved', '{}', '{now}', NULL)"),
    ("zj/village/secretary", "SELECT sec.recall('{at_town}', '{now}', NULL)"),
    ("zj/town/reviewer", "SELECT sec.recall('{at_town}', '{now}', NULL)"),
    // To be asked to confirm is written by its function, for the writer of what is to be sent; no request outlives a change.
    ("zj/village/recorder", "UPDATE record SET asked_rev = rev, asked_by = sec.who(), asked_at = '{now}' WHERE id = '{draft}'"),
    ("zj/village/secretary", "UPDATE record SET asked_by = sec.who() WHERE id = '{to_confirm}'"),
    ("zj/village/secretary", "SELECT sec.ask_confirmation('{draft}', 1, '{now}', NULL)"),
    ("zj/village2/secretary", "SELECT sec.ask_confirmation('{draft}', 1, '{now}', NULL)"),
    ("zj/town/reviewer", "SELECT sec.ask_confirmation('{draft}', 1, '{now}', NULL)"),
    ("zj/village/recorder", "SELECT sec.submit('{to_confirm}', 1, 1, '\\x00', '{}', '[]', 202602, '{0,0,0,0,0,0,0,0,0,0,0,0}', '{now}', NULL)"),
    ("zj/village2/secretary", "SELECT FROM record WHERE asked_rev IS NOT NULL"),
    ("zj/village2/secretary", "SELECT FROM sec.holders('{village}', '{now}')"),
    ("zj/village/recorder", "SELECT FROM sec.holders('{town}', '{now}')"),
    ("edu/branch/recorder", "SELECT FROM sec.holders('{village}', '{now}')"),
    // Organisation: a sibling, a superior that holds it, and one that does not.
    ("zj/village2/secretary", "SELECT sec.discard('{draft}', 1, '{now}', NULL)"),
    ("zj/village2/secretary", "SELECT sec.submit('{draft}', 1, 1, '\\x00', '{}', '[]', 202602, '{}', '{now}', NULL)"),
    ("zj/village2/secretary", "UPDATE record SET rev = rev + 1 WHERE id = '{draft}'"),
    ("zj/town/reviewer", "UPDATE record SET rev = rev + 1 WHERE id = '{returned}'"),
    ("zj/town/reviewer", "SELECT FROM record_version WHERE record_id = '{returned}' AND NOT submitted"),
    ("zj/town/reviewer", "SELECT FROM record WHERE id IN ('{draft}', '{withdrawn}')"),
    ("zj/town/reviewer", "SELECT FROM event WHERE record_id IN ('{draft}', '{withdrawn}')"),
    ("zj/county/reviewer", "SELECT FROM record_version WHERE record_id IN ('{at_town}', '{draft}', '{returned}')"),
    ("zj/county/reviewer", "SELECT FROM receipt WHERE org_id = '{town}' AND origin_id = '{village}'"),
    ("zj/village2/secretary", "SELECT FROM record WHERE org_id = '{village}'"),
    ("zj/village2/secretary", "SELECT FROM submission WHERE org_id = '{village}'"),
    ("zj/village2/secretary", "SELECT FROM receipt WHERE origin_id = '{village}'"),
    ("zj/village2/secretary", "SELECT FROM sec.figures('{village}', '{202600}', '{202602}', '{*}', false, false)"),
    ("zj/village/recorder", "SELECT FROM sec.figures('{town}', '{202600}', '{202602}', '{*}', true, false)"),
    ("zj/village2/secretary", "SELECT FROM org_contact WHERE org_id = '{village}'"),
    ("zj/village2/secretary", "SELECT FROM post WHERE org_id = '{village}'"),
    ("zj/village/recorder", "SELECT FROM post WHERE org_id = '{town}'"),
    // What sockets ask: without a session that lives, nothing of any object; of a session that one does not hold, nothing.
    ("zj/village2/secretary", "SELECT FROM sec.live('{}', '{}', '{}', ARRAY[sec.tenant()], ARRAY['record'], ARRAY['{draft}'::uuid],
      ARRAY[NULL::bigint], 0, '{now}') WHERE what = 'object'"),
    ("zj/village2/secretary", "SELECT FROM sec.live(ARRAY[sec.tenant()], ARRAY['\\x01'::bytea], ARRAY[NULL::bigint], ARRAY[sec.tenant()],
      ARRAY['record'], ARRAY['{draft}'::uuid], ARRAY[NULL::bigint], 0, '{now}') WHERE value IS NOT NULL AND what IN ('object', 'session')"),
    // A version and a line of the timeline, as if of one's own organisation, of somebody else's record.
    ("zj/village2/recorder", "INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, content, author, saved_at)
      VALUES (sec.tenant(), '{draft}', 2, '{village2}', 'x', '2026-02-26', '{}', sec.who(), '{now}')"),
    ("zj/village2/recorder", "INSERT INTO event (tenant_id, record_id, seq, org_id, version, step, at, who, at_org)
      VALUES (sec.tenant(), '{draft}', 2, '{village2}', 1, 'created', '{now}', sec.who(), '{village2}')"),
    ("zj/village2/recorder", "INSERT INTO event (tenant_id, record_id, seq, org_id, version, step, at, who, at_org)
      VALUES (sec.tenant(), gen_random_uuid(), 2, '{village2}', 1, 'created', '{now}', sec.who(), '{village2}')"),
    ("zj/town/reviewer", "INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, content, author, saved_at)
      VALUES (sec.tenant(), '{at_town}', 2, '{town}', 'x', '2026-02-26', '{}', sec.who(), '{now}')"),
    ("edu/branch/recorder", "INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, content, author, saved_at)
      VALUES (sec.tenant(), '{draft}', 2, '{abroad}', 'x', '2026-02-26', '{}', sec.who(), '{now}')"),
    // Pictures are the worker's; a link opens nothing for who cannot sign it.
    ("zj/village/recorder", "INSERT INTO preview SELECT * FROM preview"),
    ("zj/village/recorder", "DELETE FROM preview"),
    ("zj/village/recorder", "SELECT sec.take_preview('{now}')"),
    ("zj/village/recorder", "SELECT FROM sec.enter_link('zj', (SELECT id FROM session LIMIT 1), 'own/x', extract(epoch FROM timestamptz '{now}')::bigint + 9, '\\x00', '{now}', '{now}')"),
    // Other people's keys of repeated requests, and what they were answered.
    ("zj/village/secretary", "SELECT FROM idempotency WHERE account_id <> sec.who()"),
    ("zj/village/secretary", "UPDATE idempotency SET answer = '{}' WHERE account_id <> sec.who()"),
    ("zj/village/secretary", "DELETE FROM idempotency"),
    ("zj/village/secretary", "INSERT INTO idempotency (tenant_id, account_id, key, operation, digest, at)
      VALUES (sec.tenant(), '{recorder2}', 'a-key-to-come', 'record.create', '\\x00', '{now}')"),
    // Nothing is changed after it was sent.
    ("zj/village/recorder", "UPDATE record_version SET content = '{}' WHERE record_id = '{at_town}'"),
    ("zj/village/recorder", "UPDATE record_version SET title = 'x' WHERE record_id = '{final}'"),
    ("zj/village/recorder", "UPDATE record_version SET submitted = false"),
    ("zj/village/recorder", "UPDATE record SET version = 7 WHERE id = '{at_town}'"),
    ("zj/village/recorder", "DELETE FROM record_version"),
    ("zj/village/recorder", "DELETE FROM record"),
    ("zj/village/recorder", "UPDATE event SET step = 'final'"),
    ("zj/village/recorder", "DELETE FROM event"),
    ("zj/province/audit", "UPDATE audit SET reason = 'x'"),
    ("zj/province/audit", "DELETE FROM audit"),
    // Nobody widens himself: posts.
    ("zj/village/recorder", "INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_by, granted_at)
      VALUES (sec.tenant(), gen_random_uuid(), sec.who(), '{town}', 'committee_reviewer', '{now}', sec.who(), '{now}')"),
    ("zj/town/org_admin", "INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_by, granted_at)
      VALUES (sec.tenant(), gen_random_uuid(), sec.who(), '{town}', 'committee_reviewer', '{now}', sec.who(), '{now}')"),
    ("zj/town/org_admin", "INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_by, granted_at)
      VALUES (sec.tenant(), gen_random_uuid(), '{recorder2}', '{county}', 'committee_reviewer', '{now}', sec.who(), '{now}')"),
    ("zj/town/org_admin", "INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_by, granted_at)
      VALUES (sec.tenant(), gen_random_uuid(), '{recorder2}', '{village}', 'security_admin', '{now}', sec.who(), '{now}')"),
    ("zj/province/security", "INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_by, granted_at)
      VALUES (sec.tenant(), gen_random_uuid(), sec.who(), '{village}', 'branch_recorder', '{now}', sec.who(), '{now}')"),
    ("zj/province/system", "INSERT INTO post (tenant_id, id, account_id, org_id, role, valid_from, granted_by, granted_at)
      VALUES (sec.tenant(), gen_random_uuid(), '{recorder2}', '{village}', 'org_admin', '{now}', sec.who(), '{now}')"),
    ("zj/village/recorder", "UPDATE post SET valid_to = NULL WHERE valid_to IS NOT NULL"),
    ("zj/town/org_admin", "UPDATE post SET valid_to = '2099-01-01' WHERE valid_to IS NOT NULL"),
    ("zj/village/recorder", "UPDATE post SET role = 'committee_reviewer'"),
    ("zj/village/recorder", "UPDATE post SET valid_to = '{now}' WHERE account_id <> sec.who()"),
    ("zj/town/org_admin", "UPDATE post SET valid_to = '{now}' WHERE org_id = '{county}'"),
    // … the policy …
    ("zj/village/recorder", "INSERT INTO policy_line SELECT * FROM policy_line"),
    ("zj/province/system", "DELETE FROM policy_line"),
    ("zj/province/audit", "INSERT INTO policy_line (tenant_id, id, role, kind, action, relation, level_from, level_to, ceiling, effect)
      VALUES (sec.tenant(), gen_random_uuid(), 'audit_admin', 'post', 'grant', 'self', 1, 12, 0, 'allow')"),
    ("zj/province/audit", "INSERT INTO role (tenant_id, name, base, zh, en) VALUES (sec.tenant(), 'mine', 'org_admin', 'x', 'x')"),
    ("zj/province/security", "UPDATE role SET base = 'org_admin'"),
    ("zj/province/system", "SELECT sec.raise_policy_version()"),
    ("zj/province/system", "UPDATE tenant SET policy_version = 1"),
    ("zj/province/security", "UPDATE tenant SET settings = '{}'"),
    ("zj/province/security", "UPDATE route SET levels = '{}'"),
    // … other people, and what they sign in with.
    ("zj/province/security", "INSERT INTO session (tenant_id, id, account_id, token_hash, kind, label, created_at, expires_at)
      VALUES (sec.tenant(), gen_random_uuid(), '{recorder2}', '\\x01', 'program', 'x', '{now}', '2099-01-01')"),
    ("zj/village/recorder", "UPDATE session SET ended_at = NULL"),
    ("zj/village/recorder", "UPDATE session SET expires_at = '2099-01-01'"),
    ("zj/village/recorder", "UPDATE session SET ended_at = '{now}' WHERE account_id <> sec.who()"),
    ("zj/village/recorder", "SELECT token_hash FROM session"),
    ("zj/village/recorder", "SELECT password FROM credential"),
    ("zj/village/recorder", "INSERT INTO invitation (tenant_id, token_hash, account_id, expires_at, invited_by)
      VALUES (sec.tenant(), '\\x02', '{invited}', '2099-01-01', sec.who())"),
    ("zj/town2/org_admin", "INSERT INTO invitation (tenant_id, token_hash, account_id, expires_at, invited_by)
      VALUES (sec.tenant(), '\\x02', '{invited}', '2099-01-01', sec.who())"),
    ("zj/town2/org_admin", "UPDATE account SET state = 'suspended' WHERE id = '{recorder2}'"),
    ("zj/village/recorder", "UPDATE account SET state = 'suspended' WHERE id = '{recorder2}'"),
    ("zj/town2/org_admin", "SELECT sec.end_sessions('{recorder2}', '{now}')"),
    ("zj/town2/org_admin", "SELECT sec.end_invitations('{invited}', '{now}')"),
    ("zj/village/recorder", "SELECT sec.end_invitations('{invited}', '{now}')"),
    ("zj/town/org_admin", "SELECT sec.end_invitations('{recorder2}', '{now}')"),
    ("zj/town2/org_admin", "SELECT sec.readdress_invited('{invited}', 'x@example.cn')"),
    ("zj/village/recorder", "SELECT sec.readdress_invited('{invited}', 'x@example.cn')"),
    ("zj/province/security", "SELECT sec.readdress_invited('{invited}', 'x@example.cn')"),
    ("zj/town/org_admin", "SELECT sec.readdress_invited('{recorder2}', 'x@example.cn')"),
    ("zj/town/org_admin", "UPDATE account_contact SET email = 'x@example.cn' WHERE account_id = '{invited}'"),
    ("zj/province/system", "SELECT FROM sec.posts_of('{recorder2}', '{now}')"),
    ("zj/province/system", "SELECT FROM audit"),
    // The tree.
    ("zj/village/recorder", "UPDATE org SET name = 'x'"),
    ("zj/town2/org_admin", "SELECT sec.rename_org('{village}', gen_random_uuid(), gen_random_uuid(), 'x', NULL, '2026-03-02', NULL, NULL, NULL, '{now}')"),
    ("zj/town/reviewer", "SELECT sec.rename_org('{village}', gen_random_uuid(), gen_random_uuid(), 'x', NULL, '2026-03-02', NULL, NULL, NULL, '{now}')"),
    // Other people's inboxes, wishes and addresses; what was written into one's own inbox is not changed.
    ("zj/village/secretary", "SELECT FROM notice WHERE account_id <> sec.who()"),
    ("zj/village/secretary", "UPDATE notice SET read_at = '{now}' WHERE account_id <> sec.who()"),
    ("zj/village/secretary", "UPDATE notice SET kind = 'final'"),
    ("zj/village/secretary", "INSERT INTO notice SELECT * FROM notice"),
    ("zj/village/secretary", "DELETE FROM notice"),
    ("zj/village/secretary", "SELECT FROM notice_preference WHERE account_id <> sec.who()"),
    ("zj/village/secretary", "INSERT INTO notice_preference (tenant_id, account_id, preferences) VALUES (sec.tenant(), '{recorder2}', '{}')"),
    ("zj/village/secretary", "SELECT FROM account_contact WHERE account_id <> sec.who()"),
    ("zj/village/secretary", "INSERT INTO account_contact (tenant_id, account_id, email) VALUES (sec.tenant(), '{recorder2}', 'x@example.cn')"),
    ("zj/town/org_admin", "SELECT FROM account_contact WHERE account_id <> sec.who()"),
    // One's own is not changed past the password, nor unseen by the address of before.
    ("zj/village/secretary", "UPDATE account_contact SET email = 'x@example.cn'"),
    ("zj/village/secretary", "UPDATE account_contact SET email = NULL WHERE account_id = sec.who()"),
    ("zj/village/secretary", "DELETE FROM account_contact"),
    // … not even of those below: an address is given with the invitation, and by whoever invites.
    ("zj/town/org_admin", "INSERT INTO account_contact (tenant_id, account_id, email) VALUES (sec.tenant(), '{recorder2}', 'x@example.cn')"),
    ("zj/town2/org_admin", "INSERT INTO account_contact (tenant_id, account_id, email) VALUES (sec.tenant(), '{invited}', 'x@example.cn')"),
    ("zj/province/security", "INSERT INTO account_contact (tenant_id, account_id, email) VALUES (sec.tenant(), '{invited}', 'x@example.cn')"),
    ("zj/village/secretary", "INSERT INTO account_contact (tenant_id, account_id, email) VALUES (sec.tenant(), '{invited}', 'x@example.cn')"),
    // Webhooks: whoever does not administer the organisation; and nobody reads where they lead, or what they sign with.
    ("zj/village/secretary", "SELECT FROM webhook"),
    ("zj/town2/org_admin", "SELECT FROM webhook WHERE org_id = '{village}'"),
    ("zj/town2/org_admin", "DELETE FROM webhook WHERE org_id = '{village}'"),
    ("zj/town/org_admin", "SELECT url FROM webhook"),
    ("zj/town/org_admin", "SELECT secret FROM webhook"),
    ("zj/town/org_admin", "SELECT sealed FROM webhook"),
    ("zj/town/org_admin", "UPDATE webhook SET url = 'https://x.example.cn/'"),
    ("zj/town/org_admin", "UPDATE webhook SET sealed = '\\x00'"),
    ("zj/province/security", "SELECT FROM webhook"),
    ("zj/town/org_admin", "INSERT INTO webhook (tenant_id, id, org_id, name, reader, host, sealed, sealed_by, locale, kinds, created_by, created_at)
      VALUES (sec.tenant(), gen_random_uuid(), '{county}', 'x', 'wecom', 'x', '\\x00', 'k', 'en', '{to_review}', sec.who(), '{now}')"),
    ("zj/town/org_admin", "INSERT INTO webhook (tenant_id, id, org_id, name, reader, host, url, locale, kinds, created_by, created_at)
      VALUES (sec.tenant(), gen_random_uuid(), '{town}', 'x', 'wecom', 'x', 'https://x.example.cn/', 'en', '{to_review}', sec.who(), '{now}')"),
    ("zj/town2/org_admin", "SELECT sec.try_webhook('{webhook}', '{now}')"),
    // Deliveries: the system administrator alone, those that were given up.
    ("zj/province/security", "SELECT FROM delivery"),
    ("zj/town/org_admin", "UPDATE delivery SET attempts = 0"),
    ("zj/province/system", "UPDATE delivery SET reason = NULL WHERE state <> 'failed'"),
    ("zj/province/system", "UPDATE delivery SET recipient = '{recorder2}'"),
    ("zj/province/system", "SELECT subject FROM delivery"),
    ("zj/province/system", "SELECT address FROM delivery"),
    ("zj/province/system", "UPDATE delivery SET address = 'x@example.cn'"),
    ("zj/province/system", "DELETE FROM delivery"),
    ("zj/province/system", "SELECT FROM outbox"),
    ("zj/province/system", "SELECT FROM sec.take_events(1, '{}', 10)"),
    ("zj/province/system", "SELECT FROM sec.take_deliveries('mail', '2099-01-01', '2099-01-01', 10)"),
    ("zj/province/system", "SELECT sec.people_facts(1, '{now}', '{}', '{}', '{}', '{}', '{}', true)"),
    ("zj/province/system", "SELECT FROM review_mark"),
    ("zj/province/system", "SELECT FROM sec.tenants_overdue('{now}', 7)"),
    ("zj/province/system", "SELECT sec.note_overdue(1, '{now}', 7, '7 days', 10)"),
    ("zj/province/system", "SELECT sec.letter_invitation(1, '{invited}', '\\x03', '2099-01-01', '{now}')"),
    ("zj/province/system", "SELECT FROM sec.webhooks_to_seal('', 10)"),
    ("zj/province/system", "SELECT sec.seal_webhook(1, '{webhook}', NULL, 'k', '\\x00')"),
    ("zj/province/system", "SELECT sec.write_notices(1, '[]', '[]')"),
    // What a reader finds wrong with a body is told in words that are known, or not at all.
    ("zj/village/recorder", "SELECT sec.tell_incident(sec.tenant(), '\\x00', 'elsewhere', 'altered', false, '{now}')"),
    ("zj/village/recorder", "SELECT sec.tell_incident(sec.tenant(), '\\x00', 'main', 'fine', false, '{now}')"),
    ("zj/village/recorder", "SELECT sec.write_incident(sec.tenant(), '\\x00', 'main', 'altered', false, false, '{now}')"),
    ("zj/village/recorder", "SELECT FROM body_incident"),
    ("zj/province/system", "SELECT FROM audit_letter"),
    ("zj/province/audit", "SELECT FROM audit_letter"),
    // The worker's and the operator's own functions.
    ("zj/province/system", "SELECT sec.fold(1, 100)"),
    ("zj/province/system", "SELECT sec.clear_expired('2099-01-01')"),
    ("zj/province/system", "SELECT FROM sec.tenants_with_work()"),
];

/// Tables in which the administrators of the other tenant find nothing of this one.
const TABLES: &[&str] = &[
    "org",
    "org_version",
    "org_succession",
    "org_contact",
    "account",
    "role",
    "post",
    "policy_line",
    "record_type",
    "route",
    "record",
    "record_version",
    "submission",
    "receipt",
    "event",
    "idempotency",
    "audit",
    "notice",
    "notice_preference",
    "delivery",
];

#[tokio::test]
async fn the_role_of_the_application_cannot_do_more_than_is_promised() {
    let world = World::new(Setup::default()).await;
    let app = &world.app;
    // A post with an end, and an ended session, of the recorder's own: neither is prolonged.
    let recorder = app.actor("zj/village/recorder");
    let grant = json!({ "account": recorder.account.to_string(), "org": recorder.org.to_string(), "role": "branch_secretary",
                        "until": "2026-12-31" });
    app.actor("zj/town/org_admin").mutate("grantPost", grant, "post { id }").await;
    let token = json!({ "label": "旧", "days": 1 });
    let made = recorder.mutate("createToken", token, "session { id }").await;
    recorder.mutate("endSession", json!({ "session": made["session"]["id"] }), "session { id }").await;

    let before = app.footprint().await;
    let mut faults = Vec::new();
    for (key, statement) in ATTEMPTS {
        let statement = filled(&world, statement);
        match app.as_application(&app.actor(key), &statement).await {
            Ok(0) => {}
            Ok(rows) => faults.push(format!("{key}: {rows} rows of {statement}")),
            // Anything else would be a mistake of the statement, and no refusal.
            Err(told) if told.starts_with("42501") || told.starts_with("FD002") => {}
            Err(told) => faults.push(format!("{key}: {told}: {statement}")),
        }
    }
    for table in TABLES {
        let of_zj = format!("SELECT tenant_id FROM {table} WHERE tenant_id IN (SELECT 1)");
        for key in ["edu/university/security", "edu/university/audit", "edu/university/system"] {
            let read = app.as_application(&app.actor(key), &of_zj).await;
            if read != Ok(0) {
                faults.push(format!("{key} reads {table}: {read:?}"));
            }
        }
    }
    let after = app.footprint().await;
    let changed: Vec<_> = after.iter().filter(|(table, digest)| before.get(*table) != Some(digest)).collect();
    assert!(faults.is_empty() && changed.is_empty(), "{}\nchanged: {changed:?}", faults.join("\n"));
}

/// What the role of the application may call: each asks for itself who calls, or tells nobody anything that he does not know.
const CALLED: &str = "abandon_file accept_invitation ask_confirmation audit_objects audit_received audit_titled begin_file change_password close_org
    create_org decide discard drill drill_count end_invitations end_sessions enter enter_link explain_receipt explain_record figures find_orgs
    governs grow_tile has_password holders invited live makes_cycle move_org open_work orgs own_credential pin_files post posts_in_roles posts_of
    public_id queue_depth raise_policy_version read_noted readdress readdress_invited recall receipt_entry receive_file rename_org review_days roots
    sign_in sign_in_failed signed_in submit
    take_file tell_incident tenant try_webhook who within_reach duties";

#[tokio::test]
async fn a_function_that_nobody_has_thought_about_is_not_the_applications() {
    let app = testkit::TestApp::new().await;
    let callable =
        "SELECT string_agg(DISTINCT p.proname, ' ') FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                     WHERE n.nspname = 'sec' AND has_function_privilege('fonds_app', p.oid, 'EXECUTE')";
    let callable: String = testkit::scalar(&app.owner, callable).await;
    let sorted = |text: &str| text.split_whitespace().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(sorted(&callable), sorted(CALLED));
}

#[tokio::test]
async fn who_tells_of_a_body_that_is_not_there_leaves_nothing() {
    let world = World::new(Setup::default()).await;
    let app = &world.app;
    let before = app.footprint().await;
    let tell = "SELECT sec.tell_incident(sec.tenant(), sha256('nothing'), 'main', 'altered', false, now())";
    assert!(app.as_application(&app.actor("zj/village/recorder"), tell).await.is_ok(), "and hears nothing");
    assert_eq!(app.footprint().await, before);
}

/// The attempts at somebody else's record fail for being somebody else's: of one's own it is written.
#[tokio::test]
async fn a_version_and_a_line_of_ones_own_record_are_written() {
    let world = World::new(Setup::default()).await;
    let app = &world.app;
    for statement in [
        "INSERT INTO record_version (tenant_id, record_id, version, org_id, title, occurred_on, content, author, saved_at)
         VALUES (sec.tenant(), '{draft}', 2, '{village}', 'x', '2026-02-26', '{}', sec.who(), '{now}')",
        "INSERT INTO event (tenant_id, record_id, seq, org_id, version, step, at, who, at_org)
         VALUES (sec.tenant(), '{draft}', 2, '{village}', 1, 'created', '{now}', sec.who(), '{village}')",
    ] {
        let recorder = app.actor("zj/village/recorder");
        assert_eq!(app.as_application(&recorder, &filled(&world, statement)).await, Ok(1), "{statement}");
    }
}

/// Nobody decides his own submission, in whatever post: the function refuses it, whoever asks.
#[tokio::test]
async fn nobody_decides_his_own_submission() {
    let world = World::new(Setup::default()).await;
    let app = &world.app;
    let recorder = app.actor("zj/village/recorder");
    let town = app.org("zj/town").to_string();
    let grant = json!({ "account": recorder.account.to_string(), "org": town, "role": "committee_reviewer" });
    let made = app.actor("zj/town/org_admin").mutate("grantPost", grant, "post { id }").await;
    let mut reviewer: Actor<'_> = recorder.clone();
    reviewer.post = text(&made["post"]["id"]).parse().unwrap();
    let statement = filled(&world, "SELECT sec.decide('{town}', {no}, 'approved', '{}', '{now}', NULL)");
    let before = app.footprint().await;
    let refusal = app.as_application(&reviewer, &statement).await.unwrap_err();
    assert_eq!(refusal, "FD002: decide: own submission");
    let input = json!({ "receipt": world.shared(On::Record(State::AtTown)).town });
    let through = reviewer.mutate("approveReceipt", input, "receipt { version }").await;
    assert_eq!(through["problems"][0]["code"], "OWN_SUBMISSION");
    assert_eq!(app.footprint().await, before);
    // The same statement is no mistake: somebody else's hand moves it.
    assert_eq!(app.as_application(&app.actor("zj/town/reviewer"), &statement).await, Ok(1));
}

/// Ids of the world in place of their names, as the database writes them.
fn filled(world: &World, statement: &str) -> String {
    let bare = |id: &str| id.split_once(':').map_or_else(String::new, |(_, rest)| rest.to_owned());
    let record = |state| bare(&world.shared(On::Record(state)).record);
    let (_, no) = world.shared(On::Record(State::AtTown)).town.rsplit_once('.').unwrap();
    let org = |key: &str| bare(&world.app.org(key).to_string());
    [
        ("{draft}", record(State::Draft)),
        ("{at_town}", record(State::AtTown)),
        ("{returned}", record(State::Returned)),
        ("{withdrawn}", record(State::Withdrawn)),
        ("{final}", record(State::Final)),
        ("{to_confirm}", bare(&world.shared(On::ToConfirm).record)),
        ("{no}", no.to_owned()),
        ("{village}", org("zj/village")),
        ("{village2}", org("zj/village2")),
        ("{abroad}", org("edu/branch")),
        ("{town}", org("zj/town")),
        ("{county}", org("zj/county")),
        ("{recorder2}", bare(&world.app.actor("zj/village/recorder2").account.to_string())),
        ("{webhook}", bare(&world.shared(On::Webhook).webhook)),
        ("{invited}", bare(&world.shared(On::Invited).account)),
        ("{now}", testkit::TestClock::beginning().to_rfc3339()),
    ]
    .into_iter()
    .fold(statement.to_owned(), |text, (name, id)| text.replace(name, &id))
}
