Feature: What every transaction of the run is like

  Rule: B-0381 Messages of transactions are numbered

    @id:DX-TXR-001 @req:B-0381 @ocpp:E01.FR.07 @ocpp:E03.FR.06 @ocpp:E04.FR.04 @ocpp:E06.FR.14 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The numbers of all messages of transactions
      Given a connected station
      Then the messages of every transaction of the run are numbered without a gap

  Rule: B-0382 An id names one transaction

    @id:DX-TXR-002 @req:B-0382 @ocpp:E01.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The ids of all transactions
      Given a connected station
      Then no two transactions of the run have the same id

  Rule: B-0383 A transaction begins and ends once

    @id:DX-TXR-003 @req:B-0383 @ocpp:E06.FR.15 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The beginning and the end of all transactions
      Given a connected station
      Then every transaction of the run begins and ends once, and nothing is said of it afterwards

  Rule: B-0384 Each message says why it was sent

    @id:DX-TXR-004 @req:B-0384 @ocpp:E02.FR.13 @ocpp:F02.FR.01 @ocpp:F02.FR.21 @ocpp:F03.FR.09 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The reasons of all messages of transactions
      Given a connected station
      Then every message of a transaction of the run says truthfully why it was sent

  Rule: B-0385 What happened offline is marked

    @id:DX-TXR-005 @req:B-0385 @ocpp:E04.FR.01 @ocpp:E04.FR.02 @ocpp:E04.FR.03 @ocpp:E11.FR.07 @ocpp:E12.FR.01 @ocpp:E12.FR.02 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The offline times of all transactions
      Given a connected station
      Then what happened offline in the transactions of the run is marked so

  Rule: B-0387 Events name transactions that go on

    @id:DX-TXR-006 @req:B-0387 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The transactions that events name
      Given a connected station
      Then every transaction named in an event of the run was ongoing there and then

  Rule: B-0448 Customer data are numbered

    @id:DX-TXR-007 @req:B-0448 @ocpp:N09.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The parts of all customer data
      Given a connected station
      Then the customer data of the run are numbered, and each part names its request
