; Types.
(literal_type (string) @skip)
