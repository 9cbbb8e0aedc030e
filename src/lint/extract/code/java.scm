; Literals, what joins them, comments.
(string_literal) @text
(binary_expression operator: "+") @join
(method_invocation
  object: (_)
  name: (identifier) @name
  (#eq? @name "append")) @chain
[(line_comment) (block_comment)] @comment
