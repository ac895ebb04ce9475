DROP TABLE acquirer_payments;
DROP TABLE acquirer_callbacks;
DROP TABLE acquirer_invoices;
