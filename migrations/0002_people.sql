-- People who sign in. The name is visible in the tenant; login, password and contact are apart.
CREATE TABLE account (
  tenant_id   int NOT NULL REFERENCES tenant,
  id          uuid NOT NULL,
  name        text NOT NULL,
  home_org    uuid NOT NULL,                  -- where the person was invited
  locale      text NOT NULL DEFAULT 'zh-CN' CHECK (locale IN ('zh-CN','en')),
  state       text NOT NULL DEFAULT 'invited' CHECK (state IN ('invited','open','suspended')),
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, home_org) REFERENCES org (tenant_id, id)
);
CREATE INDEX account_home ON account (tenant_id, home_org, id);

CREATE TABLE credential (
  tenant_id   int NOT NULL,
  account_id  uuid NOT NULL,
  login       text COLLATE "C" NOT NULL,
  password    text,                           -- argon2id, PHC string
  failures    int NOT NULL DEFAULT 0,
  locked_until timestamptz,
  changed_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, account_id),
  UNIQUE (tenant_id, login),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);

CREATE TABLE account_contact (
  tenant_id   int NOT NULL,
  account_id  uuid NOT NULL,
  telephone   text,
  email       text,
  PRIMARY KEY (tenant_id, account_id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);

CREATE TABLE invitation (
  tenant_id   int NOT NULL,
  token_hash  bytea NOT NULL,
  account_id  uuid NOT NULL,
  expires_at  timestamptz NOT NULL,
  accepted_at timestamptz,
  invited_by  uuid NOT NULL,
  PRIMARY KEY (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);

-- Sessions of browsers and bearer tokens of programs; only the digest of the secret is kept.
CREATE TABLE session (
  tenant_id   int NOT NULL,
  id          uuid NOT NULL,
  account_id  uuid NOT NULL,
  token_hash  bytea NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('browser','program')),
  label       text NOT NULL,
  introspect  boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, token_hash),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);
CREATE INDEX session_account ON session (tenant_id, account_id) WHERE ended_at IS NULL;

-- Built-in roles and those that the tenant adds within the ceiling of one of them.
CREATE TABLE role (
  tenant_id   int NOT NULL REFERENCES tenant,
  name        text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{1,40}$'),
  base        text COLLATE "C" NOT NULL,      -- itself where built in
  duty        text CHECK (duty IN ('system','security','audit','organisation')),
  zh          text NOT NULL,
  en          text NOT NULL,
  PRIMARY KEY (tenant_id, name)
);

-- Who holds which role at which organisation, from when to when.
CREATE TABLE post (
  tenant_id   int NOT NULL,
  id          uuid NOT NULL,
  account_id  uuid NOT NULL,
  org_id      uuid NOT NULL,
  role        text COLLATE "C" NOT NULL,
  duty        text,
  valid_from  timestamptz NOT NULL,
  valid_to    timestamptz,
  granted_by  uuid,
  granted_at  timestamptz NOT NULL,
  ended_by    uuid,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id),
  FOREIGN KEY (tenant_id, org_id) REFERENCES org (tenant_id, id),
  FOREIGN KEY (tenant_id, role) REFERENCES role (tenant_id, name),
  CHECK (valid_to IS NULL OR valid_to >= valid_from),
  -- System, security and audit administrator are never one person (三员分立).
  CONSTRAINT post_three_administrators EXCLUDE USING gist
    (tenant_id WITH =, account_id WITH =, duty WITH <>, tstzrange(valid_from, valid_to) WITH &&)
    WHERE (duty IN ('system','security','audit'))
);
CREATE INDEX post_account ON post (tenant_id, account_id);
CREATE INDEX post_org ON post (tenant_id, org_id, id);

-- The tenant's casbin lines beyond the built-in ones.
CREATE TABLE policy_line (
  tenant_id   int NOT NULL,
  id          uuid NOT NULL,
  role        text COLLATE "C" NOT NULL,
  kind        text COLLATE "C" NOT NULL,
  action      text COLLATE "C" NOT NULL,
  relation    text COLLATE "C" NOT NULL,
  level_from  smallint NOT NULL,
  level_to    smallint NOT NULL,
  ceiling     smallint NOT NULL,
  effect      text NOT NULL CHECK (effect IN ('allow','deny')),
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, role) REFERENCES role (tenant_id, name)
);
CREATE INDEX policy_line_role ON policy_line (tenant_id, role);
