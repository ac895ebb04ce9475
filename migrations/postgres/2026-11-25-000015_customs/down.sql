DROP TABLE customs_rules;
