Feature: The station registers, is heard of, and says what it is asked for

  Rule: B-0008 A station is never silent for longer than its heartbeat interval

    @id:DX-REG-001 @req:B-0008 @ocpp:B01.FR.04 @ocpp:G02.FR.01 @ocpp:G02.FR.02 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: Three intervals in which nothing is asked of it
      Given a boot that was accepted with the heartbeat interval of the row
      When nothing is asked of the station for three intervals
      Then it is heard of in each interval

  Rule: B-0002 Before it is accepted a station only boots

    @id:DX-REG-002 @req:B-0002 @ocpp:B01.FR.08 @ocpp:B02.FR.02 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A boot is put off twice
      Given a boot that was put off twice
      Then until it was accepted the station has sent nothing but its boot and what it was asked for

  Rule: B-0003 A station can be set up before it is accepted

    @id:DX-REG-003 @req:B-0003 @ocpp:B02.FR.01 @ocpp:B02.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: It is read, written and asked for its configuration while its boot is put off
      Given a boot that was put off twice
      Then the station has answered what it was asked meanwhile, and kept the connection

  Rule: B-0004 A boot that is put off is repeated, and not before its time

    @id:DX-REG-004 @req:B-0004 @ocpp:B02.FR.04 @ocpp:B02.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: The boot comes again after each interval
      Given a boot that was put off twice
      Then the station has repeated its boot at the end of each interval

  Rule: B-0005 What happens before the acceptance is told after it

    @id:DX-REG-005 @req:B-0005 @ocpp:N07.FR.04 @ocpp:B01.FR.08 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A monitored number changes while the boot is put off
      Given a boot that was put off twice, with a monitored number that changed meanwhile
      Then the change is told after the acceptance, with the time it happened

  Rule: B-0006 A station that was rejected is silent, and tries again

    @id:DX-REG-006 @req:B-0006 @ocpp:B03.FR.02 @ocpp:B03.FR.04 @level:3 @v:2.0.1 @v:2.1 @stimulus:protocol @impact:disruptive
    Scenario: A boot is rejected once
      Given a boot that was rejected once
      Then the station has sent nothing until its next boot
      And the station has repeated its boot at the end of the interval

  Rule: B-0007 A station keeps the time of its back end

    @id:DX-REG-007 @req:B-0007 @ocpp:B01.FR.06 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The clock is read
      Given a clock that follows the heartbeat
      Then its time is that of the suite

  Rule: B-0009 The state of each connector is told after a boot

    @id:DX-REG-008 @req:B-0009 @ocpp:B01.FR.05 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The first boot of the run
      Given a boot of the station that was accepted
      Then the state of each connector is told in time

  Rule: B-0028 A station that was accepted does not boot on request

    @id:DX-TRG-001 @req:B-0028 @ocpp:F06.FR.17 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:restores
    Scenario: A boot is asked for
      When a boot is asked for
      Then it is refused, and the station does not boot

  Rule: B-0029 What a station agrees to send follows its answer

    @id:DX-TRG-002 @req:B-0029 @ocpp:F06.FR.04 @ocpp:F06.FR.05 @ocpp:F06.FR.08 @ocpp:F06.FR.10 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: A heartbeat is asked for
      When a heartbeat is asked for
      Then the station agrees first, and sends it then

    @id:DX-TRG-003 @req:B-0029 @ocpp:F06.FR.04 @ocpp:F06.FR.05 @ocpp:F06.FR.08 @ocpp:F06.FR.10 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The state of the log upload is asked for
      When the state of the log upload is asked for
      Then the station agrees first, and sends it then

  Rule: B-0030 The summary names what is out of use

    @id:DX-TRG-004 @req:B-0030 @ocpp:B07.FR.02 @ocpp:B07.FR.05 @ocpp:B07.FR.09 @level:3 @v:2.0.1 @v:2.1 @stimulus:none @impact:read-only
    Scenario: The summary inventory is requested
      When the summary inventory is requested
      Then it names what is out of use and what has a problem, or the station does not support it
