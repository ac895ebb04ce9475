-- What customs want of a private person, by the day: only for estimates and warnings. Of the rules that hold on a day
-- the one that began last counts; of those that began together, the one that was entered last.
CREATE TABLE customs_rules (
    id                   TEXT PRIMARY KEY NOT NULL,
    valid_from           DATE NOT NULL,
    valid_until          DATE,
    free_value_eur_minor BIGINT NOT NULL CHECK (free_value_eur_minor >= 0),
    free_weight_g        BIGINT CHECK (free_weight_g >= 0),
    rate_bp              INTEGER NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
    min_eur_minor_per_kg BIGINT NOT NULL CHECK (min_eur_minor_per_kg >= 0),
    base                 TEXT NOT NULL CHECK (base IN ('excess', 'whole')),
    vat_bp               INTEGER CHECK (vat_bp BETWEEN 0 AND 10000),
    status               TEXT NOT NULL CHECK (status IN ('confirmed', 'unconfirmed')),
    source               TEXT NOT NULL,
    created_at           TIMESTAMP NOT NULL,
    created_by           TEXT NOT NULL,
    CHECK (valid_until >= valid_from)
);

-- The first regime is older than the service. Of the second it is not known whether it took effect, nor the rate of VAT
-- that comes with it, nor whether a limit of weight remained.
INSERT INTO customs_rules VALUES
    ('019ab000-0000-7000-8000-000000000001', '2026-01-01', '2026-06-30', 20000, 31000, 1500, 200, 'excess', 0, 'confirmed',
     'EAEU, goods for personal use by carrier or post: free up to EUR 200 and 31 kg, above it 15 % but not less than EUR 2 per kg of the excess. https://www.interfax.ru/world/1067139',
     '2026-11-25 00:00:00', 'system'),
    ('019ab000-0000-7000-8000-000000000002', '2026-07-01', NULL, 20000, NULL, 500, 100, 'whole', NULL, 'unconfirmed',
     'EEC Council, announced in January 2026 for e-commerce goods from 1 July 2026: above EUR 200, 5 % of the whole purchase but not less than EUR 1 per kg, plus national VAT. https://24.kg/ekonomika/357540_novyie_pravila_onlayn-pokupok_vstranah_eaes_vstupyat_vsilu_s1iyulya_2026_goda/',
     '2026-11-25 00:00:00', 'system');

CREATE TRIGGER customs_rules_no_update BEFORE UPDATE ON customs_rules BEGIN SELECT RAISE(ABORT, 'a customs rule is followed, never edited'); END;
CREATE TRIGGER customs_rules_no_delete BEFORE DELETE ON customs_rules BEGIN SELECT RAISE(ABORT, 'a customs rule is followed, never edited'); END;
