CREATE TABLE customers (id int PRIMARY KEY, run_id uuid);
