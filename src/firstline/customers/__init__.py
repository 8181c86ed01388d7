"""Who writes to a business: visitors, customers, their contact details and consent."""
