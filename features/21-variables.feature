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

  Rule: B-0019 What is writable takes a new value

    @id:DX-VAR-008 @req:B-0019 @ocpp:B05.FR.01 @ocpp:B05.FR.02 @ocpp:B05.FR.10 @level:1 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: A writable number is written and read back
      Given a number that may be written
      When it is written with another value within its limits
      Then there is one result for each element of the request
      And the value is taken, at once or after a reboot
      And reading it gives the new value

  Rule: B-0020 What does not exist cannot be written

    @id:DX-VAR-009 @req:B-0020 @ocpp:B05.FR.04 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A variable of a component that does not exist is written
      Given a component that does not exist
      When it is written with "true"
      Then there is one result for each element of the request
      And the result is "UnknownComponent"

    @id:DX-VAR-010 @req:B-0020 @ocpp:B05.FR.05 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A variable that its component does not have is written
      Given a variable that its component does not have
      When it is written with "true"
      Then there is one result for each element of the request
      And the result is "UnknownVariable"

  Rule: B-0021 A value that does not fit is refused

    @id:DX-VAR-011 @req:B-0021 @ocpp:B05.FR.07 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A text is written to a number
      Given a number that may be written
      When it is written with "not a number"
      Then there is one result for each element of the request
      And the result is "Rejected"
      And reading it gives the old value

    @id:DX-VAR-012 @req:B-0021 @ocpp:B05.FR.08 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A number beyond its upper limit is written
      Given a number that may be written and states its upper limit
      When it is written with a value beyond the limit
      Then there is one result for each element of the request
      And the result is "Rejected"
      And reading it gives the old value

  Rule: B-0022 An attribute that is not there is called unsupported

    @id:DX-VAR-013 @req:B-0022 @ocpp:B06.FR.03 @ocpp:B06.FR.08 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: An attribute that the variable does not have is read
      Given a variable without the attribute MaxSet
      When its attribute MaxSet is read
      Then there is one result for each element of the request
      And the result is "NotSupportedAttributeType"
      And the result gives no value

  Rule: B-0023 What is write-only is not read

    @id:DX-VAR-014 @req:B-0023 @ocpp:B06.FR.09 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A write-only variable is read
      Given a write-only variable of the inventory
      When the variable is read
      Then there is one result for each element of the request
      And the result is "Rejected"
      And the result gives no value

  Rule: B-0024 What is read agrees with what was reported

    @id:DX-VAR-015 @req:B-0024 @ocpp:B06.FR.01 @ocpp:B06.FR.02 @ocpp:B06.FR.04 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Several fixed values are read in one request
      Given the fixed values of the inventory, as many as fit into one request
      When the variables are read
      Then there is one result for each element of the request
      And the values are those of the inventory

  Rule: B-0025 The configuration inventory agrees with the full one

    @id:DX-VAR-016 @req:B-0025 @ocpp:B07.FR.07 @ocpp:B07.FR.08 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Both say the same of each variable
      Given the full inventory of the station
      When the configuration inventory is requested
      Then the report agrees with the full inventory

  Rule: B-0026 A report by criterion holds what the criterion selects

    @id:DX-VAR-017 @req:B-0026 @ocpp:B08.FR.07 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Active components
      Given the full inventory of the station
      When a report on "Active" components is requested
      Then the report holds what "Active" selects and nothing it excludes

    @id:DX-VAR-018 @req:B-0026 @ocpp:B08.FR.08 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Available components
      Given the full inventory of the station
      When a report on "Available" components is requested
      Then the report holds what "Available" selects and nothing it excludes

    @id:DX-VAR-019 @req:B-0026 @ocpp:B08.FR.09 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Enabled components
      Given the full inventory of the station
      When a report on "Enabled" components is requested
      Then the report holds what "Enabled" selects and nothing it excludes

    @id:DX-VAR-020 @req:B-0026 @ocpp:B08.FR.10 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: Components with a problem
      Given the full inventory of the station
      When a report on "Problem" components is requested
      Then the report holds what "Problem" selects and nothing it excludes

  Rule: B-0027 What a report's filter leaves out is a wildcard

    @id:DX-VAR-021 @req:B-0027 @ocpp:B08.FR.20 @ocpp:B08.FR.24 @ocpp:B08.FR.25 @level:1 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A report on connectors, wherever they are
      Given the full inventory of the station
      When a report on component "Connector" is requested without a place
      Then the report holds that component everywhere
