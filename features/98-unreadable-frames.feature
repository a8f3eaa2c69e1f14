Feature: The station goes on after frames it cannot make sense of

  Rule: B-0246 A frame without sense does no harm

    @id:DX-ERR-020 @req:B-0246 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: A text that is no JSON
      When the station receives "a text that is no JSON"
      Then the station goes on

    @id:DX-ERR-021 @req:B-0246 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: JSON that is no list
      When the station receives "JSON that is no list"
      Then the station goes on

    @id:DX-ERR-022 @req:B-0246 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: An empty list
      When the station receives "an empty list"
      Then the station goes on

    @id:DX-ERR-023 @req:B-0246 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: An unknown message type
      When the station receives "a message of an unknown type"
      Then the station goes on

    @id:DX-ERR-024 @req:B-0246 @level:3 @v:2.0.1 @stimulus:none @impact:disruptive
    Scenario: Message types of OCPP 2.1
      When the station receives "an error about a result, as only 2.1 has it"
      Then the station goes on
      When the station receives "a message without an answer, as only 2.1 has it"
      Then the station goes on

    @id:DX-ERR-025 @req:B-0246 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: A message id that is a number
      When the station receives "a request whose id is a number"
      Then the station goes on

    @id:DX-ERR-026 @req:B-0246 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: A result nobody asked for
      When the station receives "a result that it did not ask for"
      Then the station goes on

    @id:DX-ERR-027 @req:B-0246 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:disruptive
    Scenario: A very long text
      When the station receives "a text that is very long"
      Then the station goes on

  Rule: B-0245 An error says what was wrong

    @id:DX-ERR-030 @req:B-0245 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The errors that answered what was wrong in the run
      Given a connected station
      Then the errors of the run that answer what was wrong say what was wrong
