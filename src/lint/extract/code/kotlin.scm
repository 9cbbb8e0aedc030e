; Literals, what joins them, comments.
[(string_literal) (multiline_string_literal)] @text
(binary_expression operator: "+") @join
(call_expression
  (navigation_expression (_) (identifier) @name)
  (#eq? @name "append")) @chain
[(line_comment) (block_comment)] @comment
