Feature: Variables can be read, and only what is writable can be written

  Rule: B-0012 A reported variable can be read

    @id:DX-VAR-001 @req:B-0012 @ocpp:B06.FR.01 @ocpp:B06.FR.02 @ocpp:B06.FR.04 @ocpp:B06.FR.10 @ocpp:B06.FR.11 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A variable of the inventory is read
      Given a readable variable of the inventory
      When the variable is read
      Then there is one result for each element of the request
      And the result is "Accepted"
      And the result gives a value and states the attribute Actual

  Rule: B-0013 An unknown component is called unknown

    @id:DX-VAR-002 @req:B-0013 @ocpp:B06.FR.06 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A variable of a component that does not exist is read
      Given a component that does not exist
      When the variable is read
      Then there is one result for each element of the request
      And the result is "UnknownComponent"
      And the result gives no value

  Rule: B-0014 An unknown variable is called unknown

    @id:DX-VAR-003 @req:B-0014 @ocpp:B06.FR.07 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A variable that its component does not have is read
      Given a variable that its component does not have
      When the variable is read
      Then there is one result for each element of the request
      And the result is "UnknownVariable"
      And the result gives no value

  Rule: B-0015 An instance is not guessed

    @id:DX-VAR-004 @req:B-0015 @ocpp:B06.FR.15 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A variable that exists only with instances is read without one
      Given a variable that exists only with instances, without its instance
      When the variable is read
      Then there is one result for each element of the request
      And the result is "UnknownVariable"
      And the result gives no value

  Rule: B-0016 What is read-only stays as it is

    @id:DX-VAR-005 @req:B-0016 @ocpp:B05.FR.01 @ocpp:B05.FR.09 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: Writing a read-only variable is refused
      Given a read-only variable of the inventory
      When it is written with the value it has
      Then there is one result for each element of the request
      And the result is "Rejected"

  Rule: B-0017 A report can be narrowed to one component

    @id:DX-VAR-006 @req:B-0017 @ocpp:B08.FR.01 @ocpp:B08.FR.04 @ocpp:B08.FR.11 @ocpp:B08.FR.14 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A report on one component holds that component only
      Given the full inventory of the station
      When a report on one component is requested
      Then the request is accepted
      And the report arrives whole
      And the report holds that component only

  Rule: B-0018 A report on nothing is not sent

    @id:DX-VAR-007 @req:B-0018 @ocpp:B08.FR.15 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A report on a component that does not exist is empty
      When a report on a component that does not exist is requested
      Then the request is answered "EmptyResultSet"
      And no part of the report is sent
