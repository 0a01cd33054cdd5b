"""One made-up history of visits, as Plainsite's counters, as Umami's rows and as Plausible's."""
