-- Whoever changes where letters go has the address of before told of it, in the same transaction: a letter with an address of its own.
ALTER TABLE delivery ADD COLUMN address text CHECK (length(address) BETWEEN 1 AND 254);  -- none: where the person's letters go
-- By sec.readdress alone, which asks for the password and tells.
REVOKE UPDATE (email) ON account_contact FROM fonds_app;
