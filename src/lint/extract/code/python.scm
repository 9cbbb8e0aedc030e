; Literals, what may join them, comments. A string that is a statement documents something; a key isn't sent to anybody.
(string) @text
(concatenated_string) @join
(binary_operator) @join
(expression_statement (string) @skip)
(expression_statement (concatenated_string (string) @skip) @skip)
(pair key: (string) @skip)
(subscript subscript: (string) @skip)
(comment) @comment
