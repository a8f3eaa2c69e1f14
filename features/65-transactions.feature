Feature: Transactions are evidence next to events

  Rule: B-0385 What happened offline is marked

    @id:DX-TXN-001 @req:B-0385 @ocpp:E04.FR.01 @ocpp:E04.FR.02 @ocpp:E11.FR.01 @ocpp:E11.FR.02 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A transaction ends while the station is offline
      Given a transaction that can end while the station is offline
      When it ends while the station is offline, and the station comes back
      Then the end is told in time, and marked as offline

  Rule: B-0386 Transactions start and end at the configured points

    @id:DX-TXN-002 @req:B-0386 @ocpp:E01.FR.02 @ocpp:E01.FR.03 @ocpp:E06.FR.02 @ocpp:E06.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: A vehicle comes, charges and leaves
      Given an EVSE that is available
      When a vehicle comes, its driver is authorized and stops, and the vehicle leaves
      Then the transaction has started at the first point it is configured for
      And it has ended at the first point it is configured for

  Rule: B-0388 Events of an EVSE name its transaction

    @id:DX-TXN-003 @req:B-0388 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A periodic monitor ticks in a transaction
      Given a transaction on an EVSE
      When a variable of the EVSE is monitored periodically
      Then its events name the transaction

  Rule: B-0389 A fault that ends a transaction is the reason

    @id:DX-TXN-004 @req:B-0389 @ocpp:E06.FR.08 @ocpp:E06.FR.16 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: A fault ends a transaction
      Given a transaction on an EVSE, and a fault of the archetype that ends it
      When the fault occurs
      Then the transaction ends in time, because of the fault
      And the fault itself is told in time, as one of that transaction

  Rule: B-0390 The status of a transaction is told

    @id:DX-TXN-005 @req:B-0390 @ocpp:E14.FR.01 @ocpp:E14.FR.06 @ocpp:E14.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The status of a transaction that does not exist, and of none
      Given a connected station
      When the status of a transaction that does not exist is asked for
      Then the station says that it does not go on and that no message waits
      When it is asked whether messages of transactions wait
      Then the station says of no transaction that it goes on, and that no message waits

    @id:DX-TXN-006 @req:B-0390 @ocpp:E14.FR.02 @ocpp:E14.FR.03 @ocpp:E14.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The status of a transaction that goes on
      Given a transaction on an EVSE
      When the status of the transaction is asked for
      Then the station says that it goes on and that no message waits

  Rule: B-0391 What is not there cannot be stopped

    @id:DX-TXN-007 @req:B-0391 @ocpp:F03.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A transaction that does not exist is stopped
      Given a connected station
      When a transaction that does not exist is stopped
      Then the request is answered "Rejected"

  Rule: B-0392 A driver whose vehicle does not come is given up on

    @id:DX-TXN-008 @req:B-0392 @ocpp:F02.FR.07 @ocpp:E03.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:restores
    Scenario: A start is requested and no vehicle comes
      Given a station that waits for a vehicle as long as the row says, once a driver is authorized
      When a start is requested and no vehicle comes
      Then the transaction has ended in time, and says that no vehicle came

  Rule: B-0393 A refused message is sent again

    @id:DX-TXN-009 @req:B-0393 @ocpp:E13.FR.02 @ocpp:E13.FR.03 @ocpp:E13.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The messages of a transaction are refused for a while
      Given a station that sends refused messages of transactions again after the interval of the row
      When a transaction begins whose messages are refused
      Then the refused message is sent as often as configured, with growing pauses
      When the transaction ends
      Then the next message of a transaction follows in time
