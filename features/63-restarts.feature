Feature: A restart is announced, and what was set survives it

  Rule: B-0361 A restart on request says that it is one

    @id:DX-RST-001 @req:B-0361 @ocpp:B11.FR.01 @ocpp:B11.FR.03 @ocpp:B11.FR.04 @ocpp:B11.FR.06 @ocpp:B11.FR.07 @ocpp:B01.FR.03 @ocpp:B01.FR.09 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: An idle station is asked to restart
      Given a restart that the station was asked for
      Then it restarts, and gives the request as the reason of its boot

  Rule: B-0362 What is out of use stays out of use

    @id:DX-RST-002 @req:B-0362 @ocpp:B01.FR.07 @ocpp:B11.FR.02 @ocpp:G01.FR.02 @ocpp:G03.FR.08 @ocpp:G04.FR.09 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: An EVSE is out of use when the station restarts
      Given a restart with an EVSE out of use
      Then its connectors are told Unavailable, and its state reads Unavailable

  Rule: B-0363 An alert that is over is told to be over

    @id:DX-RST-003 @req:B-0363 @ocpp:N07.FR.14 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: An exceeded value returns during the restart
      Given a restart during which an exceeded value returned
      Then the monitor clears after the restart

  Rule: B-0365 The level in force is the one that is stated

    @id:DX-RST-004 @req:B-0365 @ocpp:N05.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The monitoring level was lowered before the restart
      Given a restart with the monitoring level lowered
      Then the level in force is stated, and the monitors follow it

  Rule: B-0368 One EVSE is reset without a boot

    @id:DX-RST-005 @req:B-0368 @ocpp:B11.FR.08 @ocpp:B11.FR.09 @ocpp:B11.FR.10 @ocpp:B12.FR.09 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The first EVSE is reset
      When the first EVSE alone is reset
      Then the station goes on without a boot and says that it can, or refuses and does not say so

  Rule: B-0364 What is still wrong is told again

    @id:DX-RST-006 @req:B-0364 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: An alarm of the hardware holds while the station restarts
      Given an alarm that is there while the station restarts
      Then it is told again after the restart

  Rule: B-0369 A restart and a transaction

    @id:DX-RST-007 @req:B-0369 @ocpp:B12.FR.01 @ocpp:B12.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: A restart that waits for the end of the transaction
      Given a transaction that a restart would cut off
      When the station is asked to restart when it is idle, and the transaction ends
      Then it has waited for the end of the transaction

    @id:DX-RST-008 @req:B-0369 @ocpp:B12.FR.02 @ocpp:B12.FR.04 @ocpp:B12.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: A restart that does not wait
      Given a transaction that a restart would cut off
      When the station is asked to restart at once
      Then it has ended the transaction, and says why

  Rule: B-0366 What waits to be told survives a loss of power

    @id:DX-RST-009 @req:B-0366 @ocpp:N07.FR.04 @ocpp:N08.FR.03 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: The power goes while there is no connection
      Given a loss of power in an outage with a periodic monitor that is queued
      Then the values from before the loss of power are delivered

  Rule: B-0367 What was set survives a loss of power

    @id:DX-RST-010 @req:B-0367 @ocpp:N07.FR.13 @ocpp:G03.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:hook @impact:disruptive
    Scenario: A monitor and an EVSE out of use
      Given a loss of power with a monitor set and an EVSE out of use
      Then the monitor is reported as it was set, the EVSE is out of use, and the boot tells of the power
