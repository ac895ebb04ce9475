//! Tables as diesel sees them: what `migrations/` makes, on both databases. A test asks both for every column.
#![allow(missing_docs)]

diesel::table! {
    branches (id) {
        id -> Text,
        code -> Text,
        kind -> Text,
        name -> Text,
        city -> Text,
        address -> Text,
        phone -> Text,
        hours -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    staff (id) {
        id -> Text,
        login -> Text,
        name -> Text,
        role -> Text,
        branch_id -> Nullable<Text>,
        password_hash -> Text,
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        totp_sealed -> Nullable<Text>,
        totp_confirmed_at -> Nullable<Timestamp>,
        totp_last_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        staff_id -> Text,
        refresh_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        network -> Text,
    }
}

diesel::table! {
    spent_refresh_tokens (hash) {
        hash -> Text,
        session_id -> Text,
        spent_at -> Timestamp,
    }
}

diesel::table! {
    sign_in_tries (login, network) {
        login -> Text,
        network -> Text,
        tries -> BigInt,
        last_at -> Timestamp,
    }
}

diesel::table! {
    setup_tokens (hash) {
        hash -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    customers (id) {
        id -> Text,
        client_code -> Text,
        name -> Text,
        phone -> Text,
        email -> Nullable<Text>,
        language -> Text,
        created_at -> Timestamp,
        credit_tyiyn -> BigInt,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (scope, key) {
        scope -> Text,
        key -> Text,
        request_hash -> Text,
        status -> Integer,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    audit (id) {
        id -> Text,
        at -> Timestamp,
        actor -> Text,
        role -> Text,
        action -> Text,
        object -> Text,
        detail -> Text,
        request_id -> Text,
    }
}

diesel::table! {
    rates (currency, effective_on) {
        currency -> Text,
        effective_on -> Date,
        kgs_per_unit_e8 -> BigInt,
        valid_days -> Integer,
        fetched_at -> Timestamp,
    }
}

diesel::table! {
    company_rates (currency) {
        currency -> Text,
        kgs_per_unit_e8 -> Nullable<BigInt>,
        margin_bp -> Integer,
        set_at -> Timestamp,
        set_by -> Text,
    }
}

diesel::table! {
    tariffs (id) {
        id -> Text,
        valid_from -> Timestamp,
        price_per_kg_minor -> BigInt,
        price_currency -> Text,
        min_weight_g -> BigInt,
        free_storage_days -> Integer,
        service_fee_bp -> Integer,
        created_at -> Timestamp,
        created_by -> Text,
        from_branch -> Nullable<Text>,
        to_branch -> Nullable<Text>,
        mode -> Nullable<Text>,
        category -> Nullable<Text>,
        weight_steps -> Text,
        density_bands -> Text,
        volumetric_divisor -> Nullable<BigInt>,
        weight_rounding_g -> BigInt,
        storage_fee_tyiyn -> BigInt,
        service_fee_min_tyiyn -> BigInt,
        valid_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    customs_rules (id) {
        id -> Text,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        free_value_eur_minor -> BigInt,
        free_weight_g -> Nullable<BigInt>,
        rate_bp -> Integer,
        min_eur_minor_per_kg -> BigInt,
        base -> Text,
        vat_bp -> Nullable<Integer>,
        status -> Text,
        source -> Text,
        created_at -> Timestamp,
        created_by -> Text,
    }
}

diesel::table! {
    orders (id) {
        id -> Text,
        code -> Text,
        kind -> Text,
        status -> Text,
        version -> BigInt,
        placed_by -> Text,
        customer_id -> Text,
        name -> Text,
        phone -> Text,
        email -> Nullable<Text>,
        language -> Text,
        pickup_point_id -> Text,
        balance_tyiyn -> BigInt,
        marketplace -> Nullable<Text>,
        marketplace_order_no -> Nullable<Text>,
        announced_at -> Nullable<Timestamp>,
        free_storage_until -> Nullable<Timestamp>,
        search -> Text,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        released_at -> Nullable<Timestamp>,
        uncollected_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    public_views (code) {
        code -> Text,
        status -> Text,
        balance_tyiyn -> BigInt,
        pickup_point_id -> Text,
        free_storage_until -> Nullable<Timestamp>,
        changed_at -> Timestamp,
        timeline -> Text,
        parcels_arrived -> BigInt,
        parcels_total -> BigInt,
        truck_id -> Nullable<Text>,
    }
}

diesel::table! {
    order_items (order_id, position) {
        order_id -> Text,
        position -> Integer,
        description -> Text,
        link -> Nullable<Text>,
        quantity -> Integer,
        budget_minor -> Nullable<BigInt>,
        budget_currency -> Nullable<Text>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    quotes (id) {
        id -> Text,
        order_id -> Text,
        state -> Text,
        goods_tyiyn -> BigInt,
        domestic_tyiyn -> BigInt,
        service_fee_tyiyn -> BigInt,
        freight_tyiyn -> BigInt,
        total_tyiyn -> BigInt,
        prepayment_tyiyn -> BigInt,
        body -> Text,
        valid_until -> Timestamp,
        created_at -> Timestamp,
        created_by -> Text,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        order_id -> Text,
        at -> Timestamp,
        recorded_at -> Timestamp,
        actor -> Text,
        kind -> Text,
        status -> Text,
        place -> Nullable<Text>,
        data -> Text,
        order_version -> BigInt,
    }
}

diesel::table! {
    journals (id) {
        id -> Text,
        order_id -> Nullable<Text>,
        kind -> Text,
        idempotency_key -> Text,
        reverses -> Nullable<Text>,
        at -> Timestamp,
        actor -> Text,
    }
}

diesel::table! {
    postings (journal_id, position) {
        journal_id -> Text,
        position -> Integer,
        account -> Text,
        amount_tyiyn -> BigInt,
    }
}

diesel::table! {
    journal_seals (journal_id) {
        journal_id -> Text,
    }
}

diesel::table! {
    payments (id) {
        id -> Text,
        order_id -> Text,
        journal_id -> Text,
        method -> Text,
        account -> Text,
        amount_tyiyn -> BigInt,
        refunded_tyiyn -> BigInt,
        reference -> Nullable<Text>,
        note -> Nullable<Text>,
        receipt_no -> Text,
        at -> Timestamp,
        actor -> Text,
        shift_id -> Nullable<Text>,
        kept_tyiyn -> BigInt,
    }
}

diesel::table! {
    cash_moves (id) {
        id -> Text,
        shift_id -> Text,
        journal_id -> Text,
        amount_tyiyn -> BigInt,
        reason -> Text,
        at -> Timestamp,
        actor -> Text,
    }
}

diesel::table! {
    cash_shifts (id) {
        id -> Text,
        branch_id -> Text,
        number -> BigInt,
        till -> Text,
        staff_id -> Text,
        cashier -> Text,
        account -> Text,
        version -> BigInt,
        opening_tyiyn -> Nullable<BigInt>,
        opened_at -> Timestamp,
        expected_tyiyn -> Nullable<BigInt>,
        counted_tyiyn -> Nullable<BigInt>,
        counts -> Nullable<Text>,
        explanation -> Nullable<Text>,
        closed_at -> Nullable<Timestamp>,
        closed_by -> Nullable<Text>,
    }
}

diesel::table! {
    shipments (id) {
        id -> Text,
        code -> Text,
        route -> Text,
        vehicle -> Text,
        cmr_number -> Nullable<Text>,
        to_branch_id -> Text,
        status -> Text,
        created_at -> Timestamp,
        departed_at -> Nullable<Timestamp>,
        arrived_at -> Nullable<Timestamp>,
        from_branch_id -> Nullable<Text>,
        capacity_weight_g -> Nullable<BigInt>,
        capacity_volume_cm3 -> Nullable<BigInt>,
        seal_number -> Nullable<Text>,
        unloading_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    planned_parcels (shipment_id, parcel_id) {
        shipment_id -> Text,
        parcel_id -> Text,
    }
}

diesel::table! {
    stations (shipment_id, position) {
        shipment_id -> Text,
        position -> Integer,
        code -> Text,
        place -> Text,
        hours -> Nullable<BigInt>,
        planned_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    scans (scope, scan_id, position) {
        scope -> Text,
        scan_id -> Text,
        position -> Integer,
        shipment_id -> Text,
        action -> Text,
        barcode -> Text,
        parcel_id -> Nullable<Text>,
        outcome -> Text,
        reason -> Nullable<Text>,
        at -> Timestamp,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    bags (id) {
        id -> Text,
        code -> Text,
        branch_id -> Text,
        status -> Text,
        seal_number -> Nullable<Text>,
        note -> Nullable<Text>,
        created_at -> Timestamp,
        created_by -> Text,
        closed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    bag_parcels (parcel_id) {
        parcel_id -> Text,
        bag_id -> Text,
        added_at -> Timestamp,
    }
}

diesel::table! {
    checkpoints (id) {
        id -> Text,
        shipment_id -> Text,
        place -> Text,
        status -> Text,
        note -> Nullable<Text>,
        at -> Timestamp,
        recorded_at -> Timestamp,
        actor -> Text,
        reason -> Nullable<Text>,
        delay_minutes -> Nullable<BigInt>,
        expected_at -> Nullable<Timestamp>,
        corrects -> Nullable<Text>,
    }
}

diesel::table! {
    parcels (id) {
        id -> Text,
        barcode -> Text,
        tracking_number -> Nullable<Text>,
        order_id -> Nullable<Text>,
        client_code -> Nullable<Text>,
        status -> Text,
        condition -> Nullable<Text>,
        weight_g -> Nullable<BigInt>,
        length_mm -> Nullable<BigInt>,
        width_mm -> Nullable<BigInt>,
        height_mm -> Nullable<BigInt>,
        note -> Nullable<Text>,
        shipment_id -> Nullable<Text>,
        branch_id -> Nullable<Text>,
        freight_tyiyn -> Nullable<BigInt>,
        received_at -> Nullable<Timestamp>,
        arrived_at -> Nullable<Timestamp>,
        picked_up_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        cell -> Nullable<Text>,
        seen_at -> Nullable<Timestamp>,
        mark -> Nullable<Text>,
        search -> Nullable<Text>,
        photos_taken -> Integer,
    }
}

diesel::table! {
    intake_scans (id) {
        id -> Text,
        scanner -> Text,
        scan_id -> Nullable<Text>,
        barcode -> Text,
        outcome -> Text,
        reason -> Nullable<Text>,
        parcel_id -> Nullable<Text>,
        at -> Timestamp,
        recorded_at -> Timestamp,
        actor -> Text,
    }
}

diesel::table! {
    wanted_numbers (tracking_number, order_id) {
        tracking_number -> Text,
        order_id -> Text,
        noted_at -> Timestamp,
    }
}

diesel::table! {
    manifests (id) {
        id -> Text,
        branch_id -> Text,
        file_name -> Nullable<Text>,
        state -> Text,
        sheets -> Text,
        said -> Text,
        rows_created -> BigInt,
        rows_updated -> BigInt,
        rows_unchanged -> BigInt,
        rows_skipped -> BigInt,
        rows_error -> BigInt,
        uploaded_at -> Timestamp,
        uploaded_by -> Text,
        committed_at -> Nullable<Timestamp>,
        committed_by -> Nullable<Text>,
    }
}

diesel::table! {
    manifest_files (manifest_id) {
        manifest_id -> Text,
        bytes -> Binary,
    }
}

diesel::table! {
    manifest_blocks (manifest_id, n) {
        manifest_id -> Text,
        n -> Integer,
        lines -> Text,
    }
}

diesel::table! {
    manifest_profiles (branch_id, shape) {
        branch_id -> Text,
        shape -> Text,
        layout -> Text,
        remembered_at -> Timestamp,
        remembered_by -> Text,
    }
}

diesel::table! {
    notifications (id) {
        id -> Text,
        message_id -> Text,
        dedupe_key -> Text,
        order_id -> Nullable<Text>,
        event -> Text,
        channel -> Text,
        recipient -> Text,
        language -> Text,
        subject -> Nullable<Text>,
        body -> Text,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> Timestamp,
        last_error -> Nullable<Text>,
        provider_note -> Nullable<Text>,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        secret -> Nullable<Text>,
        priority -> Integer,
        due_at -> Timestamp,
        useful_until -> Timestamp,
        parts -> Integer,
        cost_tyiyn -> BigInt,
        delivered_at -> Nullable<Timestamp>,
        report_due_at -> Nullable<Timestamp>,
        instead_of -> Nullable<Text>,
        released_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    gates (channel) {
        channel -> Text,
        failures -> Integer,
        rests_until -> Nullable<Timestamp>,
        next_slot_at -> Timestamp,
        turns -> BigInt,
        day -> Date,
        day_parts -> BigInt,
    }
}

diesel::table! {
    message_texts (event, channel, language) {
        event -> Text,
        channel -> Text,
        language -> Text,
        subject -> Nullable<Text>,
        body -> Text,
        updated_at -> Timestamp,
        updated_by -> Text,
    }
}

diesel::table! {
    message_choices (phone) {
        phone -> Text,
        language -> Nullable<Text>,
        channels -> Nullable<Text>,
        opted_out_at -> Nullable<Timestamp>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    telegram_chats (phone) {
        phone -> Text,
        client_code -> Text,
        chat_id -> BigInt,
        linked_at -> Timestamp,
    }
}

diesel::table! {
    telegram_links (token_hash) {
        token_hash -> Text,
        phone -> Text,
        client_code -> Text,
        language -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    telegram_updates (update_id) {
        update_id -> BigInt,
        received_at -> Timestamp,
    }
}

diesel::table! {
    telegram_turns (name) {
        name -> Text,
        leased_until -> Timestamp,
    }
}

diesel::table! {
    parked_recipients (channel, recipient) {
        channel -> Text,
        recipient -> Text,
        reason -> Text,
        parked_at -> Timestamp,
    }
}

diesel::table! {
    notification_attempts (id) {
        id -> Text,
        notification_id -> Text,
        at -> Timestamp,
        error -> Text,
    }
}

diesel::table! {
    photos (id) {
        id -> Text,
        sha256 -> Text,
        dhash -> BigInt,
        width_px -> Integer,
        height_px -> Integer,
        bytes -> BigInt,
        kind -> Text,
        created_at -> Timestamp,
        created_by -> Text,
        parcel_id -> Nullable<Text>,
        order_id -> Nullable<Text>,
    }
}

diesel::table! {
    transfer_claims (id) {
        id -> Text,
        order_code -> Text,
        branch_id -> Text,
        amount_tyiyn -> BigInt,
        bank -> Text,
        paid_at -> Timestamp,
        payer -> Nullable<Text>,
        reference -> Nullable<Text>,
        reference_key -> Nullable<Text>,
        photo_id -> Nullable<Text>,
        photos_taken -> Integer,
        state -> Text,
        created_at -> Timestamp,
        created_by -> Text,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<Text>,
        approved_tyiyn -> Nullable<BigInt>,
        payment_id -> Nullable<Text>,
        override_reason -> Nullable<Text>,
        reject_reason -> Nullable<Text>,
    }
}

diesel::table! {
    acquirer_invoices (id) {
        id -> Text,
        provider -> Text,
        order_id -> Text,
        order_code -> Text,
        reference -> Text,
        amount_tyiyn -> BigInt,
        state -> Text,
        provider_invoice_id -> Nullable<Text>,
        pay_url -> Nullable<Text>,
        error -> Nullable<Text>,
        created_at -> Timestamp,
        paid_at -> Nullable<Timestamp>,
        actor -> Text,
    }
}

diesel::table! {
    acquirer_callbacks (id) {
        id -> Text,
        provider -> Text,
        received_at -> Timestamp,
        body -> Binary,
        headers -> Text,
        verdict -> Text,
        reason -> Nullable<Text>,
        invoice_id -> Nullable<Text>,
        attempts -> Integer,
        next_attempt_at -> Nullable<Timestamp>,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    acquirer_payments (provider, payment_key) {
        provider -> Text,
        payment_key -> Text,
        invoice_id -> Text,
        amount_tyiyn -> BigInt,
        at -> Timestamp,
    }
}

diesel::table! {
    statements (id) {
        id -> Text,
        file_name -> Nullable<Text>,
        bank_account -> Nullable<Text>,
        period_from -> Nullable<Date>,
        period_to -> Nullable<Date>,
        debits -> Integer,
        duplicates -> Integer,
        imported_at -> Timestamp,
        actor -> Text,
    }
}

diesel::table! {
    statement_lines (statement_id, n) {
        statement_id -> Text,
        n -> Integer,
        file_row -> BigInt,
        fingerprint -> Text,
        day -> Nullable<Date>,
        amount_tyiyn -> Nullable<BigInt>,
        document_no -> Nullable<Text>,
        payer -> Nullable<Text>,
        purpose -> Text,
        state -> Text,
        order_code -> Nullable<Text>,
        reason -> Nullable<Text>,
        payment_id -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<Text>,
    }
}

diesel::table! {
    cells (id) {
        id -> Text,
        branch_id -> Text,
        address -> Text,
        capacity -> Nullable<BigInt>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    storage_fees (parcel_id, from_day) {
        parcel_id -> Text,
        from_day -> Date,
        through_day -> Date,
        order_id -> Text,
        journal_id -> Text,
        amount_tyiyn -> BigInt,
    }
}

diesel::table! {
    pickup_proofs (order_id) {
        order_id -> Text,
        pin_hash -> Nullable<Text>,
        wrong_tries -> BigInt,
    }
}

diesel::table! {
    phone_guesses (drawer) {
        drawer -> BigInt,
        wrong -> BigInt,
        since -> Timestamp,
    }
}

diesel::table! {
    sweeps (name) {
        name -> Text,
        due_at -> Timestamp,
    }
}

diesel::table! {
    tallies (what, who, since) {
        what -> Text,
        who -> Text,
        since -> Timestamp,
        count -> BigInt,
    }
}

diesel::table! {
    sign_in_codes (phone) {
        phone -> Text,
        seal -> Text,
        sent_at -> Timestamp,
        expires_at -> Timestamp,
        tries -> BigInt,
    }
}

diesel::table! {
    customer_sessions (id) {
        id -> Text,
        customer_id -> Text,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    backups (name) {
        name -> Text,
        taken_at -> Timestamp,
        bytes -> BigInt,
        sha256 -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    branches,
    staff,
    sessions,
    spent_refresh_tokens,
    sign_in_tries,
    setup_tokens,
    customers,
    counters,
    idempotency_keys,
    audit,
    rates,
    company_rates,
    tariffs,
    customs_rules,
    orders,
    public_views,
    order_items,
    quotes,
    events,
    journals,
    postings,
    journal_seals,
    payments,
    cash_moves,
    cash_shifts,
    shipments,
    checkpoints,
    parcels,
    intake_scans,
    wanted_numbers,
    notifications,
    gates,
    message_texts,
    message_choices,
    telegram_chats,
    telegram_links,
    telegram_updates,
    telegram_turns,
    parked_recipients,
    notification_attempts,
    photos,
    transfer_claims,
    acquirer_invoices,
    acquirer_callbacks,
    acquirer_payments,
    statements,
    statement_lines,
    cells,
    storage_fees,
    pickup_proofs,
    phone_guesses,
    sweeps,
    planned_parcels,
    stations,
    scans,
    bags,
    bag_parcels,
    tallies,
    sign_in_codes,
    customer_sessions,
);
