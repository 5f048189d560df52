-- Where an import works; gone with its transaction.
CREATE TEMP TABLE import_row (                -- the file, as it was read
  line bigint NOT NULL, sound boolean NOT NULL, code text COLLATE "C" NOT NULL, parent_code text COLLATE "C",
  name text NOT NULL, short_name text, kind text NOT NULL, said_level smallint,
  formation text, unit_name text, unit_code text, unit_category text, established_on date, term_start date, term_years smallint,
  id uuid NOT NULL, version uuid NOT NULL, closed uuid NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE import_node (               -- each organisation of the file as it will be, and those carried along (no line)
  line bigint, sound boolean NOT NULL, known boolean NOT NULL, top boolean NOT NULL, state text NOT NULL,
  id uuid NOT NULL, version uuid, closed uuid, current uuid, last date,
  code text COLLATE "C" NOT NULL, parent_code text COLLATE "C", parent_id uuid, parent_state text,
  name text, short_name text, kind text, said_level smallint,
  formation text, unit_name text, unit_code text, unit_category text, established_on date, term_start date, term_years smallint,
  label bigint, old_level smallint, moved boolean NOT NULL, renamed boolean NOT NULL, described boolean NOT NULL
) ON COMMIT DROP;
CREATE TEMP TABLE import_place (              -- where each will stand, found level by level
  id uuid NOT NULL, step int NOT NULL, path text COLLATE "C", level smallint, since date
) ON COMMIT DROP
