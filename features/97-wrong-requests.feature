Feature: What is wrong is refused, and the station goes on

  # Wrong requests come last: some stations do not survive them. None of them does harm if it is carried out.

  Rule: B-0244 A wrong request is answered with an error

    @id:DX-ERR-001 @req:B-0244 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A request that does not exist
      When a request is sent that no version of OCPP has
      Then the wrong request is answered with an error, or not at all
      And the station still answers

    @id:DX-ERR-002 @req:B-0244 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A field that must be there is missing
      When a request is sent without a field that it must have
      Then the wrong request is answered with an error, or not at all
      And the station still answers

    @id:DX-ERR-003 @req:B-0244 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A text where a number must be
      When a request is sent with a text where a number must be
      Then the wrong request is answered with an error, or not at all
      And the station still answers

    @id:DX-ERR-004 @req:B-0244 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A text that is too long
      When a request is sent with a name that is too long
      Then the wrong request is answered with an error, or not at all
      And the station still answers

    @id:DX-ERR-005 @req:B-0244 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A list that is too long
      When a request is sent with a list that is too long
      Then the wrong request is answered with an error, or not at all
      And the station still answers

    @id:DX-ERR-006 @req:B-0244 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A list that is empty
      When a request is sent with an empty list
      Then the wrong request is answered with an error, or not at all
      And the station still answers

    @id:DX-ERR-007 @req:B-0244 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A field that does not exist
      When a request is sent with a field that does not exist
      Then the wrong request is answered with an error, or as if the field were not there
      And the station still answers

    @id:DX-ERR-008 @req:B-0244 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A value that does not exist
      When a request is sent with a value that its list of values does not have
      Then the wrong request is answered with an error or refused
      And the station still answers
