Feature: Outlets are taken in and out of use, and tell their states

  Rule: B-0401 An EVSE is taken in and out of use

    @id:DX-AVL-001 @req:B-0401 @ocpp:G01.FR.07 @ocpp:G03.FR.01 @ocpp:G03.FR.02 @ocpp:G03.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: An EVSE is taken out of use and put back
      Given an EVSE that is available
      When the EVSE is taken out of use
      Then the change is accepted
      And its connectors are told "Unavailable" in time
      When the EVSE is put into use
      Then the change is accepted
      And its connectors are told "Available" in time

  Rule: B-0402 A state that is there already is accepted

    @id:DX-AVL-002 @req:B-0402 @ocpp:G03.FR.03 @ocpp:G04.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: What is in use is put into use
      Given an EVSE that is available
      When the EVSE is put into use
      Then the change is accepted
      When the station is put into use
      Then the change is accepted

  Rule: B-0403 A change is carried down, and each outlet keeps its own state

    @id:DX-AVL-003 @req:B-0403 @ocpp:G03.FR.06 @ocpp:G03.FR.07 @ocpp:G04.FR.01 @ocpp:G04.FR.05 @ocpp:G04.FR.07 @ocpp:G04.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The station is taken out of use around a connector that is out of use by itself
      Given an EVSE that is available
      When its first connector is taken out of use
      Then the change is accepted
      And its first connector is told "Unavailable" in time
      When the station is taken out of use
      Then the change is accepted
      And every other connector of the station is told "Unavailable" in time
      When the station is put into use
      Then the change is accepted
      And every other connector of the station is told "Available" in time
      And its first connector stays out of use
      When its first connector is put into use
      Then the change is accepted
      And its first connector is told "Available" in time

  Rule: B-0404 One state of an outlet everywhere

    @id:DX-AVL-004 @req:B-0404 @ocpp:G01.FR.07 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The device model of an EVSE that is taken out of use
      Given an EVSE that is available
      When the EVSE is taken out of use
      Then the device model says "Unavailable" of the EVSE and its connectors
      When the EVSE is put into use
      Then the device model says "Available" of the EVSE and its connectors

    @id:DX-AVL-005 @req:B-0404 @ocpp:G01.FR.07 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: The device model of a station that is taken out of use
      Given an EVSE that is available
      When the station is taken out of use
      Then the device model says "Unavailable" of the station, its EVSEs and their connectors
      When the station is put into use
      Then the device model says "Available" of the station, its EVSEs and their connectors

  Rule: B-0405 A change is put off while a transaction goes on

    @id:DX-AVL-006 @req:B-0405 @ocpp:G01.FR.05 @ocpp:G03.FR.05 @ocpp:G04.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: An EVSE is taken out of use in a transaction
      Given a transaction on an EVSE
      When the EVSE is taken out of use
      Then the change is put off
      And the connector in use is not told "Unavailable" while the transaction goes on
      When the transaction ends
      Then its connectors are told "Unavailable" in time

  Rule: B-0406 An outlet out of use starts nothing

    @id:DX-AVL-007 @req:B-0406 @ocpp:F02.FR.25 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: A start is requested on an EVSE that is out of use
      Given an EVSE that is available
      When the EVSE is taken out of use
      Then the change is accepted
      When a start on the EVSE is requested
      Then the request is answered "Rejected"
      And no transaction begins on it

  Rule: B-0407 A vehicle occupies its connector, and only that

    @id:DX-AVL-008 @req:B-0407 @ocpp:G01.FR.03 @ocpp:G01.FR.04 @ocpp:G01.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: A vehicle is plugged in and unplugged
      Given an EVSE that is available
      When a vehicle is plugged into its first connector
      Then its first connector is told "Occupied" in time
      And no other connector of the EVSE tells a state
      When the vehicle is unplugged
      Then its first connector is told "Available" in time

  Rule: B-0408 The state of a connector is told on request

    @id:DX-AVL-009 @req:B-0408 @ocpp:F06.FR.04 @ocpp:F06.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:read-only
    Scenario: The state of a connector is asked for
      Given an EVSE that is available
      When the state of its first connector is asked for
      Then its present state is told in time

  Rule: B-0409 A fault that keeps an outlet from charging shows

    @id:DX-AVL-010 @req:B-0409 @ocpp:G01.FR.01 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: A fault occurs that keeps an outlet from charging, and goes away
      Given an EVSE that is available
      When a fault occurs that keeps it from charging
      Then its connectors are told "Faulted" or "Unavailable" in time
      When the fault goes away
      Then its connectors are told "Available" in time
